/* Timers: setitimer, alarm and timerfd, some running while a step is held. */
#include <signal.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#include "alarms.h"
#include "steps.h"

static void once(void) {
  alarms = 0;
  struct itimerval one = {.it_value = {.tv_usec = 150000}}, old;
  check(setitimer(ITIMER_REAL, &one, NULL) == 0);
  step("one-shot timer running");
  await_alarms(1);
  fact("alarms %d", alarms);
  check(getitimer(ITIMER_REAL, &old) == 0);
  fact("timer spent: %s", old.it_value.tv_sec == 0 && old.it_value.tv_usec == 0 ? "yes" : "no");
}

static void repeated(void) {
  alarms = 0;
  struct itimerval every = {.it_interval = {.tv_usec = 10000}, .it_value = {.tv_usec = 10000}}, old;
  check(setitimer(ITIMER_REAL, &every, NULL) == 0);
  await_alarms(3);
  step("interval timer running");
  int seen = alarms;
  await_alarms(seen + 3);
  struct itimerval stop = {0};
  check(setitimer(ITIMER_REAL, &stop, &old) == 0);
  fact("interval %ld", (long)old.it_interval.tv_usec);
  feed(&old.it_value, sizeof old.it_value);
  alarms = 0;
  check(alarm(100) == 0);
  unsigned left = alarm(0);
  feed_value(left);
  fact("alarm left: %s", left == 100 || left == 99 ? "yes" : "no");
}

/* Faster than signals can be delivered with a tracer between. */
static void fast(void) {
  alarms = 0;
  struct itimerval every = {.it_interval = {.tv_usec = 70}, .it_value = {.tv_usec = 70}}, old;
  check(setitimer(ITIMER_REAL, &every, NULL) == 0);
  await_alarms(3);
  check(getitimer(ITIMER_REAL, &old) == 0);
  fact("fast interval %ld", (long)old.it_interval.tv_usec);
  step("fast timer running");
  int seen = alarms;
  await_alarms(seen + 3);
  every.it_interval.tv_usec = 20000;
  check(setitimer(ITIMER_REAL, &every, &old) == 0);
  fact("fast interval %ld", (long)old.it_interval.tv_usec);
  await_alarms(alarms + 3);
  check(alarm(0) <= 1);
  check(getitimer(ITIMER_REAL, &old) == 0);
  fact("stopped: %ld %ld", (long)old.it_interval.tv_usec, (long)old.it_value.tv_usec);
}

static void descriptor(void) {
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  check(timer >= 0);
  struct itimerspec every = {.it_interval = {.tv_nsec = 20000000}, .it_value = {.tv_nsec = 20000000}};
  check(timerfd_settime(timer, 0, &every, NULL) == 0);
  step("timerfd running");
  uint64_t expirations = 0;
  check(read(timer, &expirations, sizeof expirations) == sizeof expirations);
  feed_value(expirations);
  fact("expired %s", expirations >= 1 ? "yes" : "no");
  struct itimerspec left;
  check(timerfd_gettime(timer, &left) == 0);
  feed(&left, sizeof left);
  fact("interval %ld", left.it_interval.tv_nsec);
  struct itimerspec stop = {0};
  check(timerfd_settime(timer, 0, &stop, &left) == 0);
  check(fcntl(timer, F_SETFL, O_NONBLOCK) == 0);
  check_error(read(timer, &expirations, sizeof expirations), EAGAIN);
  check(close(timer) == 0);
}

static void body(void) {
  struct sigaction action = {.sa_handler = count_alarm};
  check(sigaction(SIGALRM, &action, NULL) == 0);
  once();
  repeated();
  fast();
  descriptor();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
