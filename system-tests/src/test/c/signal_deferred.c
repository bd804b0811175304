/*
 * A signal comes while the program computes; the program looks whether it has come, and waits for it
 * only if not. Where signals are kept for the next call the program finds none, and that call is the
 * wait: it must not wait for what has come already.
 */
#include <sys/time.h>

#include "silent_waits.h"

enum { KINDS = 10 };

static volatile sig_atomic_t ticks;

static void tick(int signal) {
  (void)signal;
  ticks++;
}

/* Longer than until the signal comes, and without a call. */
static void compute(void) {
  for (volatile long i = 0; i < 8000000; i++) {
  }
}

static void round_by(int kind) {
  struct itimerval once = {.it_value = {.tv_usec = 1000}};
  sigset_t none;
  int before = ticks;
  sigemptyset(&none);
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  compute();
  if (ticks == before) {
    check_error(wait_by(kind, &none), EINTR);
  }
  check(ticks == before + 1);
}

static void body(void) {
  struct sigaction action = {.sa_handler = tick};
  open_silent();
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
