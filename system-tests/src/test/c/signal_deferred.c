/*
 * A signal comes while the program computes; the program looks whether it has come, and waits for it
 * only if not. Where signals are kept for the next call the program finds none, and that call is the
 * wait: it must not wait for what has come already.
 */
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "steps.h"

enum { KINDS = 10, LONG_MILLIS = 100000000 };

static int pair[2], epoll, event;
static volatile sig_atomic_t ticks;

static void tick(int signal) {
  (void)signal;
  ticks++;
}

static int wait_by(int kind) {
  struct epoll_event got;
  struct pollfd wanted = {.fd = pair[0], .events = POLLIN};
  struct timespec time = {.tv_sec = LONG_MILLIS / 1000};
  struct timeval span = {.tv_sec = LONG_MILLIS / 1000};
  sigset_t none;
  char byte;
  uint64_t value;
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pair[0], &set);
  sigemptyset(&none);
  switch (kind) {
    case 0: return epoll_wait(epoll, &got, 1, -1);
    case 1: return poll(&wanted, 1, LONG_MILLIS);
    case 2: return select(pair[0] + 1, &set, NULL, NULL, &span);
    case 3: return ppoll(&wanted, 1, &time, &none);
    case 4: return epoll_pwait(epoll, &got, 1, LONG_MILLIS, &none);
    case 5: return nanosleep(&time, &time);
    case 6: return read(pair[0], &byte, 1);
    case 7: return recv(pair[0], &byte, 1, 0);
    case 8: return read(event, &value, sizeof value);
    default: return pause();
  }
}

/* Longer than until the signal comes, and without a call. */
static void compute(void) {
  for (volatile long i = 0; i < 8000000; i++) {
  }
}

static void round_by(int kind) {
  struct itimerval once = {.it_value = {.tv_usec = 1000}};
  int before = ticks;
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  compute();
  if (ticks == before) {
    check_error(wait_by(kind), EINTR);
  }
  check(ticks == before + 1);
}

static void body(void) {
  struct sigaction action = {.sa_handler = tick};
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  epoll = epoll_create1(0);
  event = eventfd(0, 0);
  struct epoll_event wanted = {.events = EPOLLIN};
  check(epoll >= 0 && event >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &wanted) == 0);
  check(sigaction(SIGALRM, &action, NULL) == 0);
  step("ready");
  for (int kind = 0; kind < KINDS; kind++) {
    round_by(kind);
    round_by(kind);
    fact("kind %d is over", kind);
  }
  /* Calls that a signal does not end, and those that need not wait, are as ever. */
  action.sa_flags = SA_RESTART;
  check(sigaction(SIGALRM, &action, NULL) == 0);
  struct itimerval once = {.it_value = {.tv_usec = 1000}};
  char byte = 'x';
  check(write(pair[1], &byte, 1) == 1);
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  compute();
  check(read(pair[0], &byte, 1) == 1 && byte == 'x');
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  compute();
  struct pollfd wanted_now = {.fd = pair[0], .events = POLLOUT};
  check(poll(&wanted_now, 1, LONG_MILLIS) == 1);
  step("over");
  int ends[] = {pair[0], pair[1], epoll, event};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    check(close(ends[i]) == 0);
  }
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
