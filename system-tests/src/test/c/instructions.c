/* Instructions that differ from run to run: rdtsc, rdtscp, cpuid, xgetbv. */
#include <cpuid.h>
#include <x86intrin.h>

#include "steps.h"

static void time_stamps(void) {
  uint64_t before = __rdtsc(), now;
  int backward = 0;
  for (int i = 0; i < 100; i++) {
    now = __rdtsc();
    feed_value(now);
    backward += now < before;
    before = now;
  }
  fact("rdtsc backward %d", backward);
  unsigned processor;
  now = __rdtscp(&processor);
  feed_value(now);
  feed_value(processor);
  step("time stamps read");
  uint64_t later = __rdtsc();
  feed_value(later);
  fact("forward over the step: %s", later >= now ? "yes" : "no");
}

static void identification(void) {
  unsigned a, b, c, d;
  check(__get_cpuid(0, &a, &b, &c, &d) == 1);
  unsigned leaves = a;
  feed_value(leaves);
  for (unsigned leaf = 0; leaf <= leaves; leaf++) {
    for (unsigned subleaf = 0; subleaf < 2; subleaf++) {
      __cpuid_count(leaf, subleaf, a, b, c, d);
      feed_value(a);
      feed_value(b);
      feed_value(c);
      feed_value(d);
    }
  }
  step("cpuid");
  __cpuid(1, a, b, c, d);
  feed_value(a);
  feed_value(b);
  fact("has SSE2: %s", d & bit_SSE2 ? "yes" : "no");
  __cpuid_count(0x80000002, 0, a, b, c, d);
  feed_value(a ^ b ^ c ^ d);
}

static void registers(void) {
  uint64_t rcx, r11, result;
  __asm__ volatile("syscall" : "=a"(result), "=c"(rcx) : "a"(SYS_getuid) : "r11", "memory");
  __asm__ volatile("syscall\n\tmov %%r11, %1"
                   : "=a"(result), "=r"(r11)
                   : "a"(SYS_getuid)
                   : "rcx", "r11", "memory");
  feed_value(rcx);
  feed_value(r11);
  feed_value(result);
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  feed_value(low);
  feed_value(high);
  step("registers after a call");
}

static void body(void) {
  time_stamps();
  identification();
  registers();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
