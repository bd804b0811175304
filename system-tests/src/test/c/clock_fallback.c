/*
 * Clocks of a process whose vDSO comes to find that it cannot read them, as when the kernel changes its clock
 * source: from then on the vDSO's functions make system calls. Here the data that it reads them from is replaced.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "steps.h"

/* Zeroes say that no clock source can be read from user space. */
static int blind_vdso(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  check(maps != NULL);
  char line[512];
  int found = 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    if (!strstr(line, "[vvar]") || sscanf(line, "%lx-%lx", &from, &to) != 2) continue;
    void *data = mmap((void *)from, to - from, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    check(data == (void *)from);
    found++;
  }
  fclose(maps);
  return found;
}

static void forward(const char *when) {
  const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME};
  for (unsigned c = 0; c < sizeof clocks / sizeof *clocks; c++) {
    int64_t last = clock_nanos(clocks[c]);
    int backward = last <= 0;
    for (int i = 0; i < 100; i++) {
      int64_t now = clock_nanos(clocks[c]);
      backward += now < last;
      last = now;
    }
    fact("clock %d %s: backward %d", clocks[c], when, backward);
    feed(&last, sizeof last);
  }
  struct timeval day;
  check(gettimeofday(&day, NULL) == 0);
  fact("day %s: %s", when, day.tv_sec > 1700000000 ? "ours" : "wrong");
  feed(&day, sizeof day);
}

static void body(void) {
  forward("at first");
  step("read without the kernel");
  fact("data replaced: %d", blind_vdso());
  step("replaced");
  forward("by the kernel");
  step("read by the kernel");
  forward("afterwards");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
