/*
 * A signal comes while the process computes for longer than anybody wants to wait, without a call:
 * its handler ends the computation.
 */
#include <signal.h>
#include <sys/time.h>

#include "steps.h"

static volatile sig_atomic_t arrived;

static void note(int signal) { arrived = signal; }

static void body(void) {
  struct sigaction action = {.sa_handler = note};
  check(sigaction(SIGALRM, &action, NULL) == 0);
  step("armed");
  struct itimerval once = {.it_value = {.tv_usec = 20000}};
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  while (!arrived) {
  }
  fact("ended by signal %d", arrived);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
