/* POSIX timers: they end protection as yet, unharmed. */
#include <signal.h>

#include "alarms.h"
#include "steps.h"

static void body(void) {
  struct sigaction action = {.sa_handler = count_alarm};
  check(sigaction(SIGALRM, &action, NULL) == 0);
  step("no timer");
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  event.sigev_value.sival_int = 42;
  check(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  alarms = 0;
  struct itimerspec once = {.it_value = {.tv_nsec = 100000000}}, left;
  check(timer_settime(timer, 0, &once, NULL) == 0);
  check(timer_gettime(timer, &left) == 0);
  feed(&left, sizeof left);
  step("posix timer running");
  await_alarms(1);
  check(timer_getoverrun(timer) == 0);
  check(timer_delete(timer) == 0);
  fact("posix alarms %d", alarms);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
