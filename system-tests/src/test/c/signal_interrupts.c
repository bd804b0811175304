/* Calls that a signal interrupts: EINTR without SA_RESTART, carried on with it. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>

#include "sockets.h"

static volatile sig_atomic_t ticks;
static int tick_writes_to = -1;

/* The third tick puts a byte into the pipe that somebody reads. */
static void tick(int signal) {
  (void)signal;
  int saved = errno;
  if (++ticks == 3 && tick_writes_to >= 0 && write(tick_writes_to, "t", 1) != 1) {
    _exit(74);
  }
  errno = saved;
}

/* Ticks come every 10 ms, so one that comes before the call is followed by one that comes in it. */
static void tick_every(int micros, int flags) {
  struct sigaction action = {.sa_handler = tick, .sa_flags = flags};
  check(sigaction(SIGALRM, &action, NULL) == 0);
  struct itimerval every = {.it_interval = {.tv_usec = micros}, .it_value = {.tv_usec = micros}};
  ticks = 0;
  check(setitimer(ITIMER_REAL, &every, NULL) == 0);
}

static void stop_ticking(void) {
  struct itimerval stop = {0};
  check(setitimer(ITIMER_REAL, &stop, NULL) == 0);
}

#define interrupted(call)                          \
  do {                                             \
    tick_every(10000, 0);                          \
    check_error(call, EINTR);                      \
    stop_ticking();                                \
    fact("interrupted after a tick: %s", ticks > 0 ? "yes" : "no"); \
  } while (0)

static void without_restart(int ends[2], int epoll, int socket) {
  char byte;
  struct epoll_event event;
  struct pollfd wanted = {.fd = ends[0], .events = POLLIN};
  interrupted(read(ends[0], &byte, 1));
  step("read interrupted");
  interrupted(epoll_wait(epoll, &event, 1, -1));
  interrupted(poll(&wanted, 1, -1));
  interrupted(pause());
  step("pause interrupted");
  interrupted(recv(socket, &byte, 1, 0));
  struct sockaddr_in address;
  int listener = listening_socket(&address);
  check(fcntl(listener, F_SETFL, 0) == 0);
  interrupted(accept(listener, NULL, NULL));
  check(close(listener) == 0);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  interrupted(select(ends[0] + 1, &set, NULL, NULL, NULL));
  struct timespec second = {.tv_sec = 5}, left = {0};
  interrupted(nanosleep(&second, &left));
  feed(&left, sizeof left);
  fact("time left: %s", left.tv_sec == 4 ? "yes" : "no");
}

/* These are never restarted, whatever SA_RESTART says. */
static void never_restarted(int ends[2], int epoll) {
  struct epoll_event event;
  struct pollfd wanted = {.fd = ends[0], .events = POLLIN};
  tick_every(10000, SA_RESTART);
  check_error(epoll_wait(epoll, &event, 1, -1), EINTR);
  check_error(poll(&wanted, 1, -1), EINTR);
  check_error(pause(), EINTR);
  stop_ticking();
  fact("not restarted");
}

static void restarted(int ends[2]) {
  char byte = 0;
  tick_writes_to = ends[1];
  tick_every(10000, SA_RESTART);
  check(read(ends[0], &byte, 1) == 1);
  stop_ticking();
  tick_writes_to = -1;
  fact("read carried on: %c after ticks %s", byte, ticks >= 3 ? "yes" : "no");
}

/* An operation that has transferred something returns that, not EINTR. */
static void partial(void) {
  int ends[2];
  check(pipe(ends) == 0);
  check(fcntl(ends[1], F_SETPIPE_SZ, 65536) >= 65536);
  static char data[200000];
  tick_every(10000, 0);
  ssize_t written = write(ends[1], data, sizeof data);
  stop_ticking();
  fact("partial write: %zd", written);
  step("pipe full");
  check(close(ends[0]) == 0);
  struct sigaction action = {.sa_handler = tick};
  check(sigaction(SIGPIPE, &action, NULL) == 0);
  ticks = 0;
  check_error(write(ends[1], data, 1), EPIPE);
  fact("SIGPIPE came: %d", ticks);
  action.sa_handler = SIG_IGN;
  check(sigaction(SIGPIPE, &action, NULL) == 0);
  check_error(write(ends[1], data, 1), EPIPE);
  check(close(ends[1]) == 0);
}

/*
 * Two places that make any call, each as syscall(2) does. The first call there is interrupted, and the
 * handler makes another one there: what was behind the first is where it was for who returns to it.
 */
#define PLACE(name)                                                                       \
  __attribute__((noinline)) static long name(long number, void *first, long second, long third) { \
    long result;                                                                          \
    register long fourth __asm__("r10") = 0;                                              \
    __asm__ volatile("syscall\n cmp $-4095, %%rax\n sbb %%rcx, %%rcx"                     \
                     : "=a"(result)                                                       \
                     : "a"(number), "D"(first), "S"(second), "d"(third), "r"(fourth)      \
                     : "rcx", "r11", "memory", "cc");                                     \
    return result;                                                                        \
  }
PLACE(any_call)
PLACE(any_restarted_call)

static int word;
static volatile int parents;

static void call_there(int signal) {
  (void)signal;
  word++;
  parents += any_call(SYS_getppid, NULL, 0, 0) == any_restarted_call(SYS_getppid, NULL, 0, 0);
}

static void same_place(void) {
  word = parents = 0;
  struct sigaction action = {.sa_handler = call_there};
  check(sigaction(SIGALRM, &action, NULL) == 0);
  struct itimerval once = {.it_value = {.tv_usec = 20000}}, left;
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  long result = any_call(SYS_pause, NULL, 0, 0);
  fact("pause in the same place: %ld, %d", result, parents);
  action.sa_flags = SA_RESTART;
  word = 0;
  check(sigaction(SIGALRM, &action, NULL) == 0);
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  enum { WAIT_PRIVATE = 128 };
  result = any_restarted_call(SYS_futex, &word, WAIT_PRIVATE, 0);
  fact("futex in the same place: %ld, %d", result, parents);
  check(getitimer(ITIMER_REAL, &left) == 0 && left.it_value.tv_usec == 0);
}

static void body(void) {
  same_place();
  int ends[2], sockets[2];
  check(pipe(ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) == 0);
  without_restart(ends, epoll, sockets[0]);
  never_restarted(ends, epoll);
  restarted(ends);
  partial();
  check(close(epoll) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
  check(close(sockets[0]) == 0 && close(sockets[1]) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
