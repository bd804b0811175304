/*
 * What recvmsg, recvmmsg and sendmmsg write by way of message headers, as Messages.java has it. Those
 * of receives are looked at before the call, which is made with others: draft.c.
 */
#include "fast_path.h"

#define SOL_SOCKET 1
#define SCM_CREDENTIALS 2
#define CONTROL_HEADER 16

#define MOST_SENT 1024

#define NAME_LENGTH_BYTES 4
#define CONTROL_LENGTH_AND_FLAGS_BYTES 12
#define MOVED_BYTES 4

static u64 region(u64 bytes) { return REGION_HEADER + padded(bytes); }

/* Takes note of one header, whose buffers stand behind those of earlier ones. */
static s64 enter(const struct area *area, struct entered *entered, u64 address) {
  struct message header;
  if (guarded_copy(&header, (void *)address, MESSAGE_BYTES)) return -1;
  /* Descriptors and credentials are the tracer's. A length that is none is the kernel's to refuse. */
  if (header.control_length || header.count > MOST_ENTERED - entered->buffers ||
      (s32)header.name_length < 0)
    return -1;
  struct buffer *buffer = entered->buffer + entered->buffers;
  if (guarded_copy(buffer, (void *)header.buffers, header.count * sizeof *buffer)) return -1;
  u32 i = entered->messages++;
  u32 length = header.name_length < MOST_NAME ? header.name_length : MOST_NAME;
  entered->message[i].name = header.name;
  entered->message[i].name_length = length;
  entered->message[i].buffers = header.count;
  entered->buffers += header.count;
  s64 sum = region(length) + region(NAME_LENGTH_BYTES) + region(CONTROL_LENGTH_AND_FLAGS_BYTES) +
            region(MOVED_BYTES);
  for (u64 j = 0; j < header.count; j++) {
    if (buffer[j].length > area->largest_piece) return -1;
    sum += region(buffer[j].length);
  }
  return sum;
}

__attribute__((noinline)) s64 messages_bound(const struct area *area, const struct row *row,
                                             const struct output *output) {
  u64 address = area->frame.argument[output->argument];
  u64 count = output->rule == RULE_MESSAGE ? 1 : argument_value(area, row, output->sized_by);
  if (output->rule == RULE_SENT)
    return count > MOST_SENT ? -1 : (s64)(count * region(MOVED_BYTES));
  struct entered *entered = entered_of(area);
  entered->messages = entered->buffers = 0;
  if (count > MOST_RECEIVED) return -1;
  s64 sum = 0;
  for (u64 i = 0; i < count; i++) {
    s64 most = enter(area, entered, address + i * sizeof(struct message));
    if (most < 0) return -1;
    sum += most;
  }
  return sum;
}

/* Of so many messages that were sent, how much of each. */
u8 *append_sent(u8 *at, u64 address, s64 result) {
  address += __builtin_offsetof(struct message, moved);
  for (s64 i = 0; i < result; i++, address += sizeof(struct message))
    at = append_region(at, address, MOVED_BYTES);
  return at;
}

/* Control data that cannot be read are the kernel's to refuse. */
int sends_credentials(u64 message) {
  struct message header;
  if (guarded_copy(&header, (void *)message, MESSAGE_BYTES)) return 0;
  u64 at = header.control, left = header.control ? header.control_length : 0;
  while (left >= CONTROL_HEADER) {
    struct {
      u64 length;
      u32 level, type;
    } control;
    if (guarded_copy(&control, (void *)at, sizeof control)) return 0;
    if (control.level == SOL_SOCKET && control.type == SCM_CREDENTIALS) return 1;
    if (control.length < CONTROL_HEADER || padded(control.length) >= left) return 0;
    at += padded(control.length);
    left -= padded(control.length);
  }
  return 0;
}
