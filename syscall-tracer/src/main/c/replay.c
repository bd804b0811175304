/* The replica's side of the fast path. */
#include "fast_path.h"

#define SYS_SCHED_YIELD 24
#define SYS_NANOSLEEP 35
#define FIRST_SLEEP_NANOS 1000000ul
#define HEADER 16
#define PAUSES 64

/*
 * Waits until the event is there; 0 if the tracer wants the thread first. The cursor's cache line is
 * the primary's: every look at it costs the primary more than it costs us. So what was seen of it is
 * used up first, and between two looks the primary is given time for many events. Nobody waits for
 * us to keep up: to consume them together takes less time than to wait for each.
 */
static int await(struct area *area, s64 next) {
  u64 idle = 0, nanos = FIRST_SLEEP_NANOS;
  while (area->seen < next && (area->seen = load(area, LOG_CURSOR)) < next) {
    if (__atomic_load_n(&area->stop, __ATOMIC_ACQUIRE)) return 0;
    idle++;
    if (idle <= area->spins) {
      for (unsigned i = 0; i < PAUSES; i++) asm volatile("pause");
    } else if (idle <= area->yields || !area->sleep_nanos) {
      raw_call(SYS_SCHED_YIELD, 0, 0);
    } else {
      if (nanos > area->sleep_nanos) nanos = area->sleep_nanos;
      u64 time[2] = {0, nanos};
      raw_call(SYS_NANOSLEEP, (u64)time, 0); /* the tracer ends it when it wants the thread */
      nanos *= 2;
    }
  }
  return 1;
}

/* Writes what the kernel wrote in the primary; 0 if the payload does not fit the call. */
static int apply(const struct area *area, const struct row *row, const struct slot *slot) {
  u8 *at = payload_at(area, slot->position);
  if (slot->flags & FLAG_RAW) {
    for (unsigned i = 0; i < row->outputs; i++) {
      const struct output *output = row->output + i;
      u64 address = area->frame.argument[output->argument];
      if (output->rule == RULE_RESULT && address)
        return slot->length == raw_length(area, output, slot->result) &&
               !guarded_copy((void *)address, at, slot->length);
    }
    return 0;
  }
  const u8 *end = at + slot->length;
  while (at < end) {
    u64 address = *(u64 *)at, length = *(u64 *)(at + 8);
    if (length > (u64)(end - at) - HEADER || address >= ADDRESS_LIMIT) return 0;
    if (guarded_copy((void *)address, at + HEADER, length)) return 0;
    at += HEADER + ((length + 7) & ~7ul);
  }
  return 1;
}

struct outcome replay(struct area *area, const struct row *row) {
  u64 next = load(area, LOG_CONSUMERS) + 1;
  if (!await(area, next)) return SLOW;
  const struct slot *slot = slot_of(area, next);
  if (slot->kind != KIND_SYSCALL || slot->flags & ~(FLAG_RAW | FLAG_FAST) ||
      slot->thread != (s32)area->thread || slot->syscall != area->frame.number ||
      slot->site != *(u64 *)area->frame.trampoline ||
      slot->digest != digest_of(area, row) || slot->sequence != next ||
      slot->descriptor != descriptor_of(area, row))
    return SLOW;
  if (slot->length && !apply(area, row, slot)) return SLOW;
  s64 result = slot->result;
  store(area, LOG_CONSUMERS, next);
  return done(result);
}
