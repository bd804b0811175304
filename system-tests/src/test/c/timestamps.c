/* May read the time stamp counter, and does late: in a page of its own, so that nothing traps before. */
#include <x86intrin.h>

#include "steps.h"

__attribute__((section("stamps,\"ax\",@progbits #"), aligned(4096), noinline)) static void stamp(void) {
  uint64_t before = __rdtsc(), after = __rdtsc();
  feed_value(before);
  feed_value(after);
  fact("rdtsc goes %s", after >= before ? "on" : "back");
}

static void clocks(void) {
  int64_t before = clock_nanos(CLOCK_MONOTONIC);
  for (int i = 0; i < 100; i++) {
    int64_t now = clock_nanos(CLOCK_MONOTONIC);
    check(now >= before);
    before = now;
  }
  struct timespec last, first = {before / 1000000000LL, before % 1000000000LL};
  check(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &last) == 0);
  feed(&last, sizeof last);
  fact("clocks go %s",
       last.tv_sec > first.tv_sec || (last.tv_sec == first.tv_sec && last.tv_nsec >= first.tv_nsec)
           ? "on"
           : "back");
}

static void body(void) {
  clocks();
  step("clocks");
  stamp();
  step("stamps");
  clocks();
  step("clocks behind stamps");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
