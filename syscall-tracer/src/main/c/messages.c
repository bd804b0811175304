/*
 * What recvmsg, recvmmsg and sendmmsg write by way of message headers, as Messages.java has it. The
 * headers are looked at before the call, for it overwrites them, and may overwrite all that they
 * point to.
 */
#include "fast_path.h"

#define SOL_SOCKET 1
#define SCM_CREDENTIALS 2
#define CONTROL_HEADER 16

#define MOST_BUFFERS 64
#define MOST_RECEIVED 64
#define MOST_SENT 1024

/* The kernel writes no longer name: struct sockaddr_storage. */
#define MOST_NAME 128

#define NAME_LENGTH_BYTES 4
#define CONTROL_LENGTH_AND_FLAGS_BYTES 12
#define MOVED_BYTES 4

/* The headers of a receive before the call. */
struct entered {
  u64 count;
  struct {
    u64 name;
    u32 name_length;
    u32 buffers;
  } message[MOST_RECEIVED];
  struct buffer buffer[MOST_BUFFERS];
};

/* They are kept between the area and the end of its page, far away from the stack's end. */
#define ENTERED 1536
_Static_assert(sizeof(struct area) <= ENTERED, "the area has grown");
_Static_assert(ENTERED + sizeof(struct entered) <= 4096, "too much for the page");

static struct entered *entered_of(const struct area *area) {
  return (struct entered *)(area->self + ENTERED);
}

static u64 region(u64 bytes) { return REGION_HEADER + padded(bytes); }

/* Takes note of one header, whose buffers stand behind those of earlier ones. */
static s64 enter(const struct area *area, struct entered *entered, u64 address, u64 *buffers) {
  struct message header;
  if (guarded_copy(&header, (void *)address, MESSAGE_BYTES)) return -1;
  /* Descriptors and credentials are the tracer's. */
  if (header.control_length || header.count > MOST_BUFFERS - *buffers) return -1;
  struct buffer *buffer = entered->buffer + *buffers;
  if (guarded_copy(buffer, (void *)header.buffers, header.count * sizeof *buffer)) return -1;
  u64 i = entered->count++;
  u32 length = header.name_length < MOST_NAME ? header.name_length : MOST_NAME;
  entered->message[i].name = header.name;
  entered->message[i].name_length = length;
  entered->message[i].buffers = header.count;
  *buffers += header.count;
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
  entered->count = 0;
  if (count > MOST_RECEIVED) return -1;
  u64 buffers = 0;
  s64 sum = 0;
  for (u64 i = 0; i < count; i++) {
    s64 most = enter(area, entered, address + i * sizeof(struct message), &buffers);
    if (most < 0) return -1;
    sum += most;
  }
  return sum;
}

/* The kernel's whole answer to one header, of which this many bytes are data. */
static u8 *append_received(u8 *at, const struct entered *entered, u64 i, u64 address,
                           const struct buffer *buffer, u64 bytes) {
  u64 name_length = address + __builtin_offsetof(struct message, name_length);
  u64 control_length = address + __builtin_offsetof(struct message, control_length);
  if (entered->message[i].name) {
    u32 most = entered->message[i].name_length, now;
    if (guarded_copy(&now, (void *)name_length, sizeof now)) return at;
    at = append_region(at, entered->message[i].name, now < most ? now : most);
    at = append_region(at, name_length, NAME_LENGTH_BYTES);
  }
  for (u64 j = 0; j < entered->message[i].buffers && bytes; j++) {
    u64 part = buffer[j].length < bytes ? buffer[j].length : bytes;
    at = append_region(at, buffer[j].address, part);
    bytes -= part;
  }
  return append_region(at, control_length, CONTROL_LENGTH_AND_FLAGS_BYTES);
}

__attribute__((noinline)) u8 *append_messages(u8 *at, const struct area *area,
                                              const struct output *output, s64 result) {
  const struct entered *entered = entered_of(area);
  const struct buffer *buffer = entered->buffer;
  u64 address = area->frame.argument[output->argument];
  if (output->rule == RULE_MESSAGE)
    return append_received(at, entered, 0, address, buffer, result);
  for (s64 i = 0; i < result; i++, address += sizeof(struct message)) {
    u64 moved = address + __builtin_offsetof(struct message, moved);
    u32 bytes;
    if (output->rule == RULE_MESSAGES) {
      if ((u64)i == entered->count || guarded_copy(&bytes, (void *)moved, sizeof bytes)) break;
      at = append_received(at, entered, i, address, buffer, bytes);
      buffer += entered->message[i].buffers;
    }
    at = append_region(at, moved, MOVED_BYTES);
  }
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
