/* POSIX timers of every kind of clock and notification, running while a step is held. */
#include <signal.h>
#include <sys/signalfd.h>

#include "alarms.h"
#include "steps.h"

enum { MILLI = 1000000 };

static volatile sig_atomic_t codes_wrong, value_seen;

static void count_values(int signal, siginfo_t *info, void *context) {
  (void)context;
  (void)signal;
  codes_wrong += info->si_code != SI_TIMER;
  value_seen = info->si_value.sival_int;
  alarms++;
}

static void handle(int signal) {
  struct sigaction action = {.sa_sigaction = count_values, .sa_flags = SA_SIGINFO};
  check(sigaction(signal, &action, NULL) == 0);
}

static timer_t make(clockid_t clock, int how, int signal, int value) {
  struct sigevent event = {.sigev_notify = how, .sigev_signo = signal, .sigev_value.sival_int = value};
  timer_t timer;
  check(timer_create(clock, &event, &timer) == 0);
  feed(&timer, sizeof timer);
  return timer;
}

static void arm(timer_t timer, long first, long interval) {
  struct itimerspec spec = {.it_value = {.tv_sec = first / 1000000000, .tv_nsec = first % 1000000000},
                            .it_interval = {.tv_nsec = interval}};
  check(timer_settime(timer, 0, &spec, NULL) == 0);
}

static long interval_of(timer_t timer) {
  struct itimerspec left;
  check(timer_gettime(timer, &left) == 0);
  feed(&left, sizeof left);
  return left.it_interval.tv_nsec;
}

static int is_spent(timer_t timer) {
  struct itimerspec left;
  check(timer_gettime(timer, &left) == 0);
  return left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0;
}

static void once(void) {
  timer_t timer = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGALRM, 42);
  alarms = 0;
  arm(timer, 100 * MILLI, 0);
  check(!is_spent(timer));
  step("one-shot running");
  await_alarms(1);
  check(timer_getoverrun(timer) == 0);
  step("one-shot expired");
  fact("alarms %d, value %d, spent: %d", alarms, value_seen, is_spent(timer));
  check(timer_delete(timer) == 0);
  check_error(timer_gettime(timer, &(struct itimerspec){0}), EINVAL);
}

/* Its value is its id if nothing else is said; the C library says something. */
static void by_default(void) {
  int timer;
  struct itimerspec spec = {.it_value = {.tv_nsec = 50 * MILLI}};
  check(syscall(SYS_timer_create, CLOCK_REALTIME, NULL, &timer) == 0);
  alarms = 0;
  check(syscall(SYS_timer_settime, timer, 0, &spec, NULL) == 0);
  step("default running");
  await_alarms(1);
  fact("value is the id: %d", value_seen == timer);
  check(syscall(SYS_timer_delete, timer) == 0);
}

static void repeated(clockid_t clock, int signal, const char *name) {
  handle(signal);
  timer_t timer = make(clock, SIGEV_SIGNAL, signal, 7);
  alarms = 0;
  arm(timer, 10 * MILLI, 10 * MILLI);
  while (alarms < 3) pause();
  step(name);
  int seen = alarms;
  while (alarms < seen + 3) pause();
  fact("interval %ld, value %d", interval_of(timer), value_seen);
  check(timer_delete(timer) == 0);
}

/* At a time of the clock, which passes while the step is held or after it. */
static void absolute(clockid_t clock, long millis) {
  timer_t timer = make(clock, SIGEV_SIGNAL, SIGALRM, 9);
  alarms = 0;
  struct itimerspec spec = {.it_interval = {.tv_sec = 100}};
  check(clock_gettime(clock, &spec.it_value) == 0);
  spec.it_value.tv_nsec += millis * MILLI;
  spec.it_value.tv_sec += spec.it_value.tv_nsec / 1000000000;
  spec.it_value.tv_nsec %= 1000000000;
  check(timer_settime(timer, TIMER_ABSTIME, &spec, NULL) == 0);
  step("absolute");
  await_alarms(1);
  step("absolute expired");
  struct itimerspec left;
  check(timer_gettime(timer, &left) == 0);
  fact("alarms %d, next in 90 to 100 s: %d", alarms, left.it_value.tv_sec >= 90 && left.it_value.tv_sec <= 100);
  check(timer_delete(timer) == 0);
}

static void asked_only(void) {
  timer_t timer = make(CLOCK_BOOTTIME, SIGEV_NONE, 0, 0);
  arm(timer, 3600000L * MILLI, 0);
  step("not notifying");
  struct itimerspec left;
  check(timer_gettime(timer, &left) == 0);
  fact("an hour is left: %d", left.it_value.tv_sec > 3500 && left.it_value.tv_sec <= 3600);
  fact("overrun %d", timer_getoverrun(timer));
  check(timer_delete(timer) == 0);
}

/* What has expired while the signal was blocked is one signal, and is counted. */
static void blocked(void) {
  sigset_t set, before;
  siginfo_t info;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  check(sigprocmask(SIG_BLOCK, &set, &before) == 0);
  timer_t once_only = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN, 5);
  arm(once_only, MILLI, 0);
  struct timespec pause = {.tv_nsec = 20 * MILLI}, none = {0}, long_time = {.tv_sec = 10};
  check(clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL) == 0);
  step("blocked and expired");
  check(sigtimedwait(&set, &info, &long_time) == SIGRTMIN);
  fact("taken: code %d, value %d", info.si_code == SI_TIMER, info.si_value.sival_int);
  step("taken");
  check_error(sigtimedwait(&set, &info, &none), EAGAIN);
  arm(once_only, MILLI, 0);
  check(sigtimedwait(&set, NULL, &long_time) == SIGRTMIN);
  step("taken unseen");
  check_error(sigtimedwait(&set, &info, &none), EAGAIN);
  int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  check(descriptor >= 0);
  arm(once_only, MILLI, 0);
  check(await_events(descriptor, POLLIN) == POLLIN);
  struct signalfd_siginfo read_one;
  check(read(descriptor, &read_one, sizeof read_one) == sizeof read_one);
  fact("read: value %d", (int)read_one.ssi_int);
  step("read");
  check_error(read(descriptor, &read_one, sizeof read_one), EAGAIN);
  check(close(descriptor) == 0);
  check(timer_delete(once_only) == 0);

  timer_t timer = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN, 6);
  arm(timer, 5 * MILLI, 5 * MILLI);
  step("blocked and repeated");
  pause.tv_nsec = 100 * MILLI;
  check(clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL) == 0);
  check(sigtimedwait(&set, &info, &long_time) == SIGRTMIN);
  fact("expired often: %d, told: %d", info.si_overrun >= 10, timer_getoverrun(timer) == info.si_overrun);
  check(timer_delete(timer) == 0);
  while (sigtimedwait(&set, NULL, &none) == SIGRTMIN) {
  }
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

/* Faster than signals can be delivered with a tracer between: those that are left out are counted. */
static void fast(void) {
  timer_t timer = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGALRM, 1);
  alarms = 0;
  arm(timer, 100000, 70000);
  await_alarms(3);
  fact("fast interval %ld", interval_of(timer));
  step("fast running");
  await_alarms(alarms + 3);
  struct itimerspec stop = {0}, old;
  check(timer_settime(timer, 0, &stop, &old) == 0);
  fact("fast interval %ld", old.it_interval.tv_nsec);
  check(timer_getoverrun(timer) >= 0);
  check(timer_delete(timer) == 0);
}

/* Many, with gaps between their ids. */
static void many(void) {
  timer_t timers[8];
  for (int i = 0; i < 8; i++) timers[i] = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN + 1, i);
  for (int i = 0; i < 8; i += 3) check(timer_delete(timers[i]) == 0);
  handle(SIGRTMIN + 1);
  step("many");
  for (int i = 0; i < 8; i++) {
    if (i % 3 != 0) {
      alarms = 0;
      arm(timers[i], 1, 0);
      while (alarms < 1) pause();
      fact("timer %d", value_seen);
      check(timer_delete(timers[i]) == 0);
    }
  }
}

/* The processor time of the process itself, of which the clock is asked by name too. */
static void of_processor_time(void) {
  clockid_t own;
  struct timespec time;
  check(clock_getcpuclockid(getpid(), &own) == 0);
  check(clock_gettime(own, &time) == 0);
  feed(&time, sizeof time);
  timer_t timer = make(own, SIGEV_SIGNAL, SIGALRM, 3);
  alarms = 0;
  arm(timer, 20 * MILLI, 20 * MILLI);
  while (alarms < 2) check(clock_gettime(own, &time) == 0);
  step("counting processor time");
  int seen = alarms;
  while (alarms < seen + 2) check(clock_gettime(own, &time) == 0);
  fact("interval %ld", interval_of(timer));
  check(timer_delete(timer) == 0);
}

static void body(void) {
  handle(SIGALRM);
  once();
  by_default();
  repeated(CLOCK_MONOTONIC, SIGRTMIN + 2, "repeated");
  repeated(CLOCK_REALTIME, SIGUSR1, "repeated in real time");
  absolute(CLOCK_MONOTONIC, 50);
  absolute(CLOCK_REALTIME, 400);
  asked_only();
  blocked();
  fast();
  many();
  of_processor_time();
  check_error(timer_create(CLOCK_MONOTONIC_RAW, NULL, &(timer_t){0}), ENOTSUP);
  fact("wrong codes: %d", codes_wrong);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
