/* Clocks, read by the vDSO's function as the application would without us. */
#include "fast_path.h"

/* CLOCK_REALTIME, MONOTONIC, MONOTONIC_RAW, REALTIME_COARSE, MONOTONIC_COARSE, BOOTTIME, TAI. */
#define READABLE (1u << 0 | 1u << 1 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 11)
#define REALTIME 0
#define MONOTONIC 1
#define REALTIME_COARSE 5
#define SYS_CLOCK_GETTIME 228

typedef long clock_function(long clock, u64 *time);

u64 monotonic_nanos(const struct area *area) {
  u64 time[2];
  if (!area->clock || ((clock_function *)area->clock)(MONOTONIC, time))
    raw_call(SYS_CLOCK_GETTIME, MONOTONIC, (u64)time);
  return time[0] * 1000000000ul + time[1];
}

int read_clock(const struct area *area, const struct row *row, u64 *value, u64 *bytes,
               s64 *result) {
  const u64 *argument = area->frame.argument;
  clock_function *clock_gettime = (clock_function *)area->clock;
  *result = 0;
  *bytes = 16;
  switch (row->clock) {
    case CLOCK_GETTIME:
      return (u32)argument[0] < 32 && READABLE >> (u32)argument[0] & 1 && argument[1] &&
             clock_gettime((u32)argument[0], value) == 0;
    case CLOCK_TIMEOFDAY:
      if (!argument[0] || argument[1] || clock_gettime(REALTIME, value)) return 0;
      value[1] /= 1000;
      return 1;
    case CLOCK_TIME:
      if (clock_gettime(REALTIME_COARSE, value)) return 0;
      *result = value[0];
      *bytes = argument[0] ? 8 : 0;
      return 1;
    default:
      return 0;
  }
}
