/*
 * Request traffic in a storm of signals: a timer that expires every MICROS microseconds, and SIGUSR1
 * from outside if somebody sends it. Not a byte is lost or doubled, however calls are interrupted,
 * restarted, and made by handlers, on their own stack and nested.
 *
 *   storms [ROUNDS [MICROS [EXCHANGES]]]
 */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "steps.h"

enum { LARGE = 50000, ALTERNATE = 65536, NESTED_MICROS = 3000 };

static int micros = 200, number = 60;
static int pair[2], inner[2], pipe_ends[2], epoll;
static volatile sig_atomic_t ticks, depth, within, feeds_pipe, talks, off_stack;
static volatile uint64_t handler_hash;
static char alternate[ALTERNATE];

static void remember(uint64_t value) {
  handler_hash = (handler_hash ^ value) * 1099511628211ULL;
}

/* An exchange on a connection of the handlers' own, one at a time. */
static void talk(void) {
  uint64_t sent = handler_hash, got = 0;
  if (write(inner[0], &sent, sizeof sent) != sizeof sent ||
      read(inner[1], &got, sizeof got) != sizeof got || got != sent) {
    _exit(74);
  }
}

static void nested(int signal) {
  (void)signal;
  int saved = errno;
  within += depth > 0;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  remember(now.tv_nsec);
  errno = saved;
}

static void tick(int signal) {
  int saved = errno;
  char here;
  ticks++;
  depth++;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  remember(now.tv_nsec ^ signal);
  if (off_stack) {
    off_stack = &here >= alternate && &here < alternate + ALTERNATE ? 1 : 2;
  }
  if (feeds_pipe && ticks % 3 == 0) {
    feeds_pipe = 0;
    if (write(pipe_ends[1], "t", 1) != 1) {
      _exit(75);
    }
  }
  if (talks && depth == 1) {
    talk();
    raise(SIGUSR2);
  }
  depth--;
  errno = saved;
}

static void install(int flags) {
  struct sigaction action = {.sa_handler = tick, .sa_flags = flags};
  check(sigaction(SIGALRM, &action, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
  action.sa_handler = nested;
  check(sigaction(SIGUSR2, &action, NULL) == 0);
}

static void tick_every(int interval) {
  struct itimerval every = {.it_interval = {.tv_usec = interval}, .it_value = {.tv_usec = interval}};
  check(setitimer(ITIMER_REAL, &every, NULL) == 0);
}

static void put(const char *data, ssize_t length) {
  while (length > 0) {
    ssize_t written = write(pair[0], data, length);
    check(written > 0 || (written == -1 && errno == EINTR));
    data += written > 0 ? written : 0;
    length -= written > 0 ? written : 0;
  }
}

static void get(char *data, ssize_t length) {
  while (length > 0) {
    ssize_t got = read(pair[1], data, length);
    check(got > 0 || (got == -1 && errno == EINTR));
    data += got > 0 ? got : 0;
    length -= got > 0 ? got : 0;
  }
}

static void await_input(int way) {
  struct epoll_event event;
  struct pollfd wanted = {.fd = pair[1], .events = POLLIN};
  int ready;
  do {
    ready = way ? poll(&wanted, 1, WAIT_LIMIT_MILLIS) : epoll_wait(epoll, &event, 1, -1);
  } while (ready == -1 && errno == EINTR);
  check(ready == 1);
}

/* Waits for nothing, so that signals find a call that blocks. */
static void idle(int way) {
  struct epoll_event event;
  struct pollfd wanted = {.fd = pair[1], .events = POLLIN};
  struct timespec time = {.tv_nsec = 300000};
  int ready = way == 0   ? epoll_wait(epoll, &event, 1, 1)
              : way == 1 ? poll(&wanted, 1, 1)
                         : nanosleep(&time, &time);
  check(ready == 0 || (ready == -1 && errno == EINTR));
}

/* A read that only a handler's write ends. */
static void await_handler(void) {
  char byte = 0;
  ssize_t got;
  feeds_pipe = 1;
  do {
    got = read(pipe_ends[0], &byte, 1);
  } while (got == -1 && errno == EINTR);
  check(got == 1 && byte == 't');
}

static void exchanges(const char *name) {
  static char sent[LARGE], got[LARGE];
  uint64_t sum = 0;
  for (int i = 0; i < number; i++) {
    ssize_t length = i % 10 == 9 ? LARGE : 1 + i * 7;
    fill(sent, length, i);
    put(sent, length);
    await_input(i & 1);
    get(got, length);
    check(memcmp(sent, got, length) == 0);
    sum = sum * 31 + (unsigned char)got[length / 2];
    feed_value(clock_nanos(CLOCK_MONOTONIC));
    idle(i % 3);
  }
  for (int i = 0; i < 5; i++) {
    await_handler();
  }
  fact("%s: %d exchanges, %llu", name, number, (unsigned long long)sum);
}

/* The storm goes on over the step. */
static void storm(const char *name, int flags) {
  install(flags);
  ticks = 0;
  /* A handler that is not blocked must be over before the next tick, or the stack overflows. */
  tick_every(flags & SA_NODEFER ? NESTED_MICROS : micros);
  exchanges(name);
  feed_value((uint64_t)handler_hash);
  step(name);
  exchanges(name);
  tick_every(0);
  fact("%s: ticks %s", name, ticks >= 10 ? "came" : "are missing");
  feed_value((uint64_t)handler_hash);
}

static void on_own_stack(void) {
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, none = {.ss_flags = SS_DISABLE};
  check(sigaltstack(&stack, NULL) == 0);
  off_stack = 1;
  storm("own stack", SA_ONSTACK | SA_RESTART);
  fact("handlers on their own stack: %s", off_stack == 1 ? "yes" : "no");
  off_stack = 0;
  check(sigaltstack(&none, NULL) == 0);
}

/* An exchange, and a wait, while ticks are blocked. */
static void exchange_without_ticks(int i) {
  char byte = (char)i;
  int before = ticks;
  put(&byte, 1);
  await_input(i & 1);
  get(&byte, 1);
  idle(2);
  check(byte == (char)i && ticks == before);
}

static void blocked(void) {
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigaddset(&set, SIGUSR1);
  install(0);
  tick_every(micros);
  for (int i = 0; i < number; i++) {
    check(sigprocmask(SIG_BLOCK, &set, &old) == 0);
    exchange_without_ticks(i);
    check(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    idle(i % 3);
  }
  tick_every(0);
  fact("no tick where it is blocked");
  feed_value((uint64_t)handler_hash);
}

/* As idle, with a mask for that time. */
static int idle_with(int way, const sigset_t *mask) {
  struct epoll_event event;
  struct pollfd wanted = {.fd = pair[1], .events = POLLIN};
  struct timespec time = {.tv_nsec = 300000};
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pair[1], &set);
  int ready = way == 0   ? epoll_pwait(epoll, &event, 1, 1, mask)
              : way == 1 ? ppoll(&wanted, 1, &time, mask)
                         : pselect(pair[1] + 1, &set, NULL, NULL, &time, mask);
  check(ready == 0 || (ready == -1 && errno == EINTR));
  return ready;
}

/* Ticks come while the process waits, and nowhere else. */
static void let_in_by_waits(void) {
  sigset_t set, old, all_others;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigaddset(&set, SIGUSR1);
  sigfillset(&all_others);
  sigdelset(&all_others, SIGALRM);
  sigdelset(&all_others, SIGUSR1);
  install(0);
  check(sigprocmask(SIG_BLOCK, &set, &old) == 0);
  int came = 0;
  tick_every(micros);
  for (int i = 0; i < 4 * number; i++) {
    exchange_without_ticks(i);
    int before = ticks, ready = idle_with(i % 3, i % 8 == 7 ? &all_others : &old);
    check(ready == 0 ? ticks == before : ticks > before);
    came += ready == -1;
  }
  tick_every(0);
  idle_with(0, &old);
  check(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
  fact("let in by waits: ticks %s", came >= 10 ? "came" : "are missing");
  feed_value((uint64_t)handler_hash);
}

/* Once its timer is disarmed a tick would be deadly: none may be left over. */
static void disarmed(void) {
  for (int i = 0; i < number; i++) {
    char byte = (char)i;
    install(SA_RESTART);
    tick_every(micros);
    for (int j = 0; j < 10; j++) {
      put(&byte, 1);
      get(&byte, 1);
      idle(2);
    }
    tick_every(0);
    check(signal(SIGALRM, SIG_DFL) != SIG_ERR);
    for (int j = 0; j < 10; j++) {
      idle(2);
    }
  }
  fact("no tick behind its timer");
  feed_value((uint64_t)handler_hash);
}

static void body(void) {
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, inner) == 0);
  check(pipe(pipe_ends) == 0);
  epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  check(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, pair[1], &event) == 0);
  install(SA_RESTART);
  step("calm");
  storm("restarting", SA_RESTART);
  storm("interrupting", 0);
  on_own_stack();
  talks = 1;
  storm("nested", SA_NODEFER);
  fact("handlers within handlers: %s", within >= 10 ? "yes" : "no");
  talks = 0;
  blocked();
  let_in_by_waits();
  disarmed();
  install(SA_RESTART);
  for (int i = 0; i < 2; i++) {
    check(close(pair[i]) == 0 && close(inner[i]) == 0 && close(pipe_ends[i]) == 0);
  }
  check(close(epoll) == 0);
}

int main(int argc, char **argv) {
  micros = argc > 2 ? atoi(argv[2]) : micros;
  number = argc > 3 ? atoi(argv[3]) : number;
  return run_steps(argc, argv, body);
}
