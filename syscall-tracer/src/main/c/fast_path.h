/* Inside the stub: what the files of the fast path have in common. */
#ifndef FTRUN_FAST_PATH_H
#define FTRUN_FAST_PATH_H

#include "stub.h"

#define EINTR 4
#define EFAULT 14

#define KIND_INTENT 0
#define KIND_SYSCALL 1
#define FLAG_RAW 1
#define FLAG_FAST 16

/* Offsets in the header of the log: EventLogLayout.java. */
#define LOG_CURSOR 64
#define LOG_CONSUMERS 128
#define LOG_CONSUMER_COUNT 4
#define LOG_ACTIVE 384
#define LOG_PAYLOAD_SUM 1472
#define LOG_LINE 64
#define LOG_SLOTS 4096

/* The service's memory is below. */
#define ADDRESS_LIMIT (1ul << 47)

/* struct iovec of linux/uio.h. */
struct buffer {
  u64 address;
  u64 length;
};

/* A result, or the wish to go the slow path. */
struct outcome {
  s64 result;
  u64 slow;
};

static const struct outcome SLOW = {0, 1};

static inline struct outcome done(s64 result) {
  struct outcome outcome = {result, 0};
  return outcome;
}

/* In stub.c. */
struct outcome guarded_call(struct area *area, u64 number);
s64 guarded_copy(void *to, const void *from, u64 bytes);

static inline s64 load(const struct area *area, u64 offset) {
  return __atomic_load_n((s64 *)(area->log + offset), __ATOMIC_ACQUIRE);
}

static inline void store(const struct area *area, u64 offset, s64 value) {
  __atomic_store_n((s64 *)(area->log + offset), value, __ATOMIC_RELEASE);
}

static inline struct slot *slot_of(const struct area *area, u64 sequence) {
  return (struct slot *)(area->log + LOG_SLOTS) + (sequence & (area->slots - 1));
}

static inline u8 *payload_at(const struct area *area, u64 position) {
  return (u8 *)(area->log + area->payload_offset + (position & (area->payload_bytes - 1)));
}

/* What the kernel looks at of an argument. */
static inline u64 argument_value(const struct area *area, const struct row *row, unsigned index) {
  u64 value = area->frame.argument[index];
  if (row->wide >> index & 1) return value;
  return row->narrow >> index & 1 ? (u16)value : (u32)value;
}

/* The first descriptor among the arguments, or -1. */
static inline s32 descriptor_of(const struct area *area, const struct row *row) {
  return row->descriptor == 255 ? -1 : (s32)area->frame.argument[row->descriptor];
}

u64 digest_of(const struct area *area, const struct row *row);
struct outcome record(struct area *area, const struct row *row);
struct outcome replay(struct area *area, const struct row *row);

/* A call of the stub's own. */
static inline s64 raw_call4(s64 number, u64 first, u64 second, u64 third, u64 fourth) {
  s64 result;
  register u64 r10 asm("r10") = fourth;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(first), "S"(second), "d"(third), "r"(r10)
               : "rcx", "r11", "memory");
  return result;
}

static inline s64 raw_call(s64 number, u64 first, u64 second) {
  return raw_call4(number, first, second, 0, 0);
}

/* Before the bytes of a region of the record: OutputRecord.java. */
#define REGION_HEADER 16

static inline u64 padded(u64 bytes) { return (bytes + 7) & ~7ul; }

/* Outputs of a call, in outputs.c. */
s64 outputs_bound(const struct area *area, const struct row *row, u32 *entry, int *raw);
u64 outputs_write(const struct area *area, const struct row *row, const u32 *entry, s64 result,
                  u8 *payload);
u64 raw_length(const struct area *area, const struct output *output, s64 result);

/* One region of the record, none of no bytes; returns its end. */
u8 *append_region(u8 *at, u64 address, u64 length);

/* As outputs_bound and outputs_write, of message headers; in messages.c. */
s64 messages_bound(const struct area *area, const struct row *row, const struct output *output);
u8 *append_messages(u8 *at, const struct area *area, const struct output *output, s64 result);

/* Clocks, in clock.c: 1 if the answer is there, 0 if the kernel must be asked. */
int read_clock(const struct area *area, const struct row *row, u64 *value, u64 *bytes,
               s64 *result);
u64 monotonic_nanos(const struct area *area);

/* Whether a message that is sent has credentials with it; in messages.c. */
int sends_credentials(u64 message);

#endif
