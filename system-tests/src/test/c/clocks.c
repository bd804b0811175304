/* Clocks: they go forward, also over a takeover; resolutions, sleeping, own CPU time. */
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>

#include "steps.h"

static const clockid_t clocks[] = {CLOCK_REALTIME,           CLOCK_MONOTONIC,
                                   CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
                                   CLOCK_MONOTONIC_RAW,      CLOCK_REALTIME_COARSE,
                                   CLOCK_MONOTONIC_COARSE,   CLOCK_BOOTTIME,
                                   CLOCK_TAI};
enum { CLOCKS = sizeof clocks / sizeof *clocks, READINGS = 200 };

/* CPU time is the process's own: one that took over has used less than its predecessor. */
static int counts_cpu(clockid_t clock) {
  return clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

static void forward(void) {
  int64_t before[CLOCKS];
  for (int c = 0; c < CLOCKS; c++) {
    before[c] = clock_nanos(clocks[c]);
    int backward = 0;
    for (int i = 0; i < READINGS; i++) {
      int64_t now = clock_nanos(clocks[c]);
      backward += now < before[c];
      before[c] = now;
    }
    fact("clock %d backward %d", clocks[c], backward);
    struct timespec resolution;
    check(clock_getres(clocks[c], &resolution) == 0);
    feed(&resolution, sizeof resolution);
  }
  step("clocks read");
  for (int c = 0; c < CLOCKS; c++) {
    int64_t now = clock_nanos(clocks[c]);
    if (!counts_cpu(clocks[c])) {
      fact("clock %d forward %s", clocks[c], now >= before[c] ? "yes" : "no");
    }
  }
  struct timespec now;
  check_error(clock_gettime(999, &now), EINVAL);
}

static void agreeing(void) {
  int64_t before = clock_nanos(CLOCK_REALTIME);
  struct timeval day;
  check(gettimeofday(&day, NULL) == 0);
  time_t seconds = time(NULL);
  int64_t after = clock_nanos(CLOCK_REALTIME);
  feed(&day, sizeof day);
  feed_value(seconds);
  int64_t between = day.tv_sec * 1000000000LL + day.tv_usec * 1000LL;
  fact("gettimeofday between: %s", between >= before - 1000 && between <= after ? "yes" : "no");
  fact("time between: %s",
       seconds >= before / 1000000000 - 1 && seconds <= after / 1000000000 ? "yes" : "no");
  time_t raw;
  check(syscall(SYS_time, &raw) == raw && raw >= seconds);
  feed_value(raw);
}

static void sleeping(void) {
  int64_t before = clock_nanos(CLOCK_MONOTONIC);
  struct timespec pause = {.tv_nsec = 10000000}, left = {7, 7};
  check(nanosleep(&pause, &left) == 0);
  fact("slept %s, left untouched %ld", clock_nanos(CLOCK_MONOTONIC) - before >= 10000000 ? "yes" : "no",
       left.tv_nsec);
  struct timespec until;
  check(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
  feed(&until, sizeof until);
  until.tv_nsec += 20000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  step("before an absolute sleep");
  check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0);
  int64_t target = until.tv_sec * 1000000000LL + until.tv_nsec;
  fact("woke after the time: %s", clock_nanos(CLOCK_MONOTONIC) >= target ? "yes" : "no");
  pause.tv_nsec = 1000000000;
  check_error(nanosleep(&pause, NULL), EINVAL);
}

static void usage(void) {
  struct rusage used;
  struct tms ticks;
  check(getrusage(RUSAGE_SELF, &used) == 0);
  feed(&used, sizeof used);
  check(times(&ticks) != (clock_t)-1);
  feed(&ticks, sizeof ticks);
  fact("uses memory: %s", used.ru_maxrss > 0 ? "yes" : "no");
}

static void body(void) {
  forward();
  agreeing();
  sleeping();
  usage();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
