/* Inside the stub: what the files of the fast path have in common. */
#ifndef FTRUN_FAST_PATH_H
#define FTRUN_FAST_PATH_H

#include "stub.h"

#define EINTR 4
#define EFAULT 14
#define EINVAL 22

#define KIND_INTENT 0
#define KIND_SYSCALL 1
#define FLAG_RAW 1
#define FLAG_FAST 16
#define FLAG_DRAFT 32 /* of a slot that is not published: its payload is laid out, in draft.c */

/* In area->redirected: the call receives into a payload that is laid out. */
#define DRAFTED (-2)

/* There too: the call is left to the tracer because the log is full. */
#define LOG_FULL (-3)

/* Offsets in the header of the log: EventLogLayout.java. */
#define LOG_CURSOR 64
#define LOG_CONSUMERS 128
#define LOG_CONSUMER_COUNT 4
#define LOG_ACTIVE 384
#define LOG_PAYLOAD_SUM 1472
#define LOG_ARGUMENTS 1480
#define LOG_PIECES 1528
#define LOG_ROOM 1532
#define LOG_LINE 64
#define LOG_SLOTS 4096

/* The service's memory is below. */
#define ADDRESS_LIMIT (1ul << 47)

/* struct iovec of linux/uio.h. */
struct buffer {
  u64 address;
  u64 length;
};

#define MOST_ENTERED 64
#define MOST_RECEIVED 64

/* The kernel writes no longer name: struct sockaddr_storage. */
#define MOST_NAME 128

/* The iovecs and headers of a receive before the call. */
struct entered {
  u32 messages;
  u32 buffers;
  struct {
    u64 name;
    u32 name_length;
    u32 buffers;
  } message[MOST_RECEIVED];
  struct buffer buffer[MOST_ENTERED];
};

/* They are kept where the stack would end, a page behind the begin of what belongs to the thread. */
#define ENTERED_BEFORE_AREA (STUB_AREA - STUB_DATA - 4096)
_Static_assert(sizeof(struct entered) <= 4096, "too much of the stack");
_Static_assert(sizeof(struct area) <= STUB_TRAMPOLINES - STUB_AREA, "the area has grown");

static inline struct entered *entered_of(const struct area *area) {
  return (struct entered *)(area->self - ENTERED_BEFORE_AREA);
}

/* How many bytes of a piece count. */
enum measure {
  PIECE_END,     /* there are no more pieces */
  PIECE_DATA,    /* what is left of the result, or of the message's bytes */
  PIECE_WHOLE,   /* all */
  PIECE_COUNTED, /* as many as a u32 says that the kernel has written */
  PIECE_MESSAGE  /* of a message the next most pieces are, and so many of its bytes as a u32 says */
};

/* A piece of the record to be, where it is received; DraftRecord.java has the same. */
struct piece {
  u64 address;    /* where the service wants it */
  u32 at;         /* where it is, from the payload's begin */
  u32 most;       /* bytes that there is room for */
  u32 measure;    /* enum measure */
  u32 counted_at; /* where that u32 is, from the payload's begin */
};

_Static_assert(sizeof(struct piece) == 24, "DraftRecord.java");

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

/*
 * Whether an input can be received elsewhere and copied to the service's memory: what the kernel could
 * not deliver must stay where it is. The ends are looked at, by writing what stands there.
 */
int is_writable(u64 address, u64 bytes);

/* As outputs_bound and outputs_write, of message headers; in messages.c. */
s64 messages_bound(const struct area *area, const struct row *row, const struct output *output);
u8 *append_sent(u8 *at, u64 address, s64 result);

/* Payloads that are laid out before the call, in draft.c. */
u64 draft_room(const struct area *area, const struct row *row, u64 bound);
u64 draft_begin(struct area *area, const struct row *row, const u32 *entry, u8 *payload,
                u64 bound);
s64 draft_end(u8 *payload, u64 pieces, s64 result);
int may_discard(const struct area *area, const struct row *row);

/* Clocks, in clock.c: 1 if the answer is there, 0 if the kernel must be asked. */
int read_clock(const struct area *area, const struct row *row, u64 *value, u64 *bytes,
               s64 *result);
u64 monotonic_nanos(const struct area *area);

/* Whether a message that is sent has credentials with it; in messages.c. */
int sends_credentials(u64 message);

#endif
