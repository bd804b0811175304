/*
 * What a call takes from the kernel into several buffers is received into the payload of its event:
 * the payload is laid out before the call, and the kernel is asked with iovecs, headers and lengths
 * that stand there too. Behind the call the record is made of it. So whoever has the payload and the
 * result has all that was received; DraftRecord.java makes the same of it, should we not come to that.
 *
 *   | room for the record | data of several messages | pieces | lengths, names, headers, iovecs |
 *
 * Where there is one message, or none, its data come first in the record, and are received where
 * they stay. The record of several has their data one after the other, as short as they are, so
 * they are copied. Nothing of what was received is overwritten by that: it can be done again.
 */
#include "fast_path.h"

#define MSG_TRUNC 0x20

/* What the kernel has not counted: it has received no such message. */
#define NOT_MOVED ~0u

#define NAME_LENGTH_BYTES 4
#define CONTROL_LENGTH_AND_FLAGS_BYTES 12
#define MOVED_BYTES 4

/* At most so many pieces of a message that are not its data. */
#define PIECES_OF_MESSAGE 5

#define FIELD(name) __builtin_offsetof(struct message, name)

/* A payload that is being laid out. */
struct draft {
  u8 *payload;
  u64 data; /* where the next room for data is, from the payload's begin */
  u64 rest; /* where the next of all else is */
  struct piece *piece;
  int keeps; /* whether the data may be counted, and not written */
};

static int gathers(const struct output *output) { return output->rule >= RULE_IOVEC; }

static int is_given(const struct area *area, const struct output *output) {
  return area->frame.argument[output->argument] != 0;
}

static u64 pieces_bound(const struct area *area, const struct row *row) {
  const struct entered *entered = entered_of(area);
  u64 pieces = row->outputs + 1;
  for (unsigned i = 0; i < row->outputs; i++)
    if (is_given(area, row->output + i) && gathers(row->output + i))
      pieces += entered->buffers + entered->messages * PIECES_OF_MESSAGE;
  return pieces * sizeof(struct piece);
}

static u64 data_bound(const struct area *area, const struct row *row, u64 bound) {
  for (unsigned i = 0; i < row->outputs; i++)
    if (is_given(area, row->output + i) && row->output[i].rule == RULE_MESSAGES) return 2 * bound;
  return bound;
}

/* Bytes of payload for a call whose record has this bound, from outputs_bound. */
u64 draft_room(const struct area *area, const struct row *row, u64 bound) {
  const struct entered *entered = entered_of(area);
  u64 room = data_bound(area, row, bound) + pieces_bound(area, row);
  for (unsigned i = 0; i < row->outputs; i++) {
    if (!is_given(area, row->output + i)) continue;
    room += MOST_NAME;
    if (gathers(row->output + i))
      room += entered->buffers * sizeof(struct buffer) +
              entered->messages * (sizeof(struct message) + MOST_NAME);
  }
  return room;
}

/*
 * Whether the call may count bytes that it has not written: a stream may be asked to discard them.
 * What stands in the buffer must be received, so to speak, then.
 */
int may_discard(const struct area *area, const struct row *row) {
  if (row->flags & ROW_NOT_ALL) return (area->frame.argument[row->command] & MSG_TRUNC) != 0;
  return row->outputs && row->output[0].rule == RULE_MESSAGES && area->frame.argument[3] & MSG_TRUNC;
}

static void add(struct draft *draft, enum measure measure, u64 address, u64 at, u64 most,
                u64 counted_at) {
  struct piece *piece = draft->piece++;
  piece->address = address;
  piece->at = at;
  piece->most = most;
  piece->measure = measure;
  piece->counted_at = counted_at;
}

static u64 take(struct draft *draft, u64 bytes) {
  u64 at = draft->rest;
  draft->rest += padded(bytes);
  return at;
}

static int add_data(struct draft *draft, u64 address, u64 bytes, struct buffer *asked) {
  u64 at = draft->data + REGION_HEADER;
  u8 *room = draft->payload + at;
  asked->address = (u64)room;
  asked->length = bytes;
  if (!is_writable(address, bytes)) return 0;
  if (!bytes) return 1;
  if (draft->keeps && guarded_copy(room, (void *)address, bytes)) return 0;
  draft->data = at + padded(bytes);
  add(draft, PIECE_DATA, address, at, bytes, 0);
  return 1;
}

static int add_buffers(struct draft *draft, const struct buffer *buffer, u64 count) {
  u64 at = take(draft, count * sizeof *buffer);
  struct buffer *asked = (struct buffer *)(draft->payload + at);
  for (u64 i = 0; i < count; i++)
    if (!add_data(draft, buffer[i].address, buffer[i].length, asked + i)) return 0;
  return 1;
}

/* The pieces are in the order in which the kernel writes them. */
static int add_message(struct draft *draft, const struct entered *entered, u64 i, u64 address,
                       u64 header_at, const struct buffer *buffer) {
  struct message *header = (struct message *)(draft->payload + header_at);
  u64 length = entered->message[i].name_length;
  header->name = header->padding = 0;
  header->name_length = length;
  header->buffers = (u64)draft->payload + draft->rest;
  header->count = entered->message[i].buffers;
  header->control = header->control_length = 0;
  header->flags = header->unused = header->unused_too = 0;
  header->moved = NOT_MOVED;
  if (!is_writable(address, MESSAGE_BYTES) || !add_buffers(draft, buffer, header->count)) return 0;
  if (entered->message[i].name) {
    if (!is_writable(entered->message[i].name, length)) return 0;
    u64 at = take(draft, length), length_at = header_at + FIELD(name_length);
    header->name = (u64)draft->payload + at;
    add(draft, PIECE_COUNTED, entered->message[i].name, at, length, length_at);
    add(draft, PIECE_WHOLE, address + FIELD(name_length), length_at, NAME_LENGTH_BYTES, 0);
  }
  add(draft, PIECE_WHOLE, address + FIELD(control_length), header_at + FIELD(control_length),
      CONTROL_LENGTH_AND_FLAGS_BYTES, 0);
  return 1;
}

static int add_messages(struct draft *draft, const struct entered *entered, u64 address,
                        u64 headers_at) {
  const struct buffer *buffer = entered->buffer;
  for (u64 i = 0; i < entered->messages; i++) {
    struct piece *begin = draft->piece;
    u64 moved = headers_at + FIELD(moved);
    add(draft, PIECE_MESSAGE, 0, 0, 0, moved);
    if (!is_writable(address + FIELD(moved), MOVED_BYTES) ||
        !add_message(draft, entered, i, address, headers_at, buffer))
      return 0;
    add(draft, PIECE_WHOLE, address + FIELD(moved), moved, MOVED_BYTES, 0);
    begin->most = draft->piece - begin - 1;
    buffer += entered->message[i].buffers;
    address += sizeof(struct message);
    headers_at += sizeof(struct message);
  }
  return 1;
}

/* An output of fixed size is told what stands there, for it may also be an input. */
static int add_constant(struct draft *draft, u64 address, u64 bytes) {
  u64 at = take(draft, bytes);
  if (!is_writable(address, bytes) ||
      guarded_copy(draft->payload + at, (void *)address, bytes))
    return 0;
  add(draft, PIECE_WHOLE, address, at, bytes, 0);
  return 1;
}

/* A name is as long as the next output says, which is its length. */
static int add_name(struct draft *draft, const struct output *output, u64 address, u64 most) {
  if (most > MOST_NAME) most = MOST_NAME;
  if (output[1].argument != output->sized_by || !is_writable(address, most)) return 0;
  u64 at = take(draft, MOST_NAME);
  add(draft, PIECE_COUNTED, address, at, most, draft->rest);
  return 1;
}

static int add_output(struct draft *draft, struct area *area, const struct row *row,
                      const struct output *output, u64 most) {
  const struct entered *entered = entered_of(area);
  u64 address = area->frame.argument[output->argument];
  u64 *asked = area->asked + output->argument;
  struct buffer buffer;
  *asked = (u64)draft->payload + draft->rest;
  switch (output->rule) {
    case RULE_RESULT:
      if (output->unit != 1 ||
          !add_data(draft, address, argument_value(area, row, output->sized_by), &buffer))
        return 0;
      *asked = buffer.address;
      return 1;
    case RULE_SOCKLEN:
      return add_name(draft, output, address, most);
    case RULE_CONSTANT:
      return add_constant(draft, address, output->unit);
    case RULE_IOVEC:
      return add_buffers(draft, entered->buffer, entered->buffers);
    case RULE_MESSAGE:
      return add_message(draft, entered, 0, address, take(draft, sizeof(struct message)),
                         entered->buffer);
    case RULE_MESSAGES:
      return add_messages(draft, entered, address,
                          take(draft, entered->messages * sizeof(struct message)));
    default:
      return 0;
  }
}

/*
 * Lays the payload out and has the kernel asked for that: area->asked must have the arguments.
 * entry and bound are from outputs_bound. Returns where the pieces are, from the payload's begin;
 * 0: that the service's memory takes it all is not certain, and is the kernel's to find out.
 */
u64 draft_begin(struct area *area, const struct row *row, const u32 *entry, u8 *payload,
                u64 bound) {
  u64 pieces = data_bound(area, row, bound);
  struct draft draft = {.payload = payload,
                        .data = pieces - bound,
                        .rest = pieces + pieces_bound(area, row),
                        .piece = (struct piece *)(payload + pieces),
                        .keeps = may_discard(area, row)};
  for (unsigned i = 0; i < row->outputs; i++)
    if (is_given(area, row->output + i) &&
        !add_output(&draft, area, row, row->output + i, entry[i]))
      return 0;
  add(&draft, PIECE_END, 0, 0, 0, 0);
  return pieces;
}

/*
 * Makes the record of what the call has brought, and gives the service its bytes. Returns the record's
 * length, -1 if the service's memory has not taken it.
 */
s64 draft_end(u8 *payload, u64 pieces, s64 result) {
  if (result < 0) return 0;
  u8 *to = payload;
  u64 left = result, messages = result;
  for (const struct piece *piece = (struct piece *)(payload + pieces); piece->measure; piece++) {
    u64 length = piece->most;
    u32 counted = *(u32 *)(payload + piece->counted_at);
    switch (piece->measure) {
      case PIECE_MESSAGE:
        left = counted;
        if (messages)
          messages--;
        else
          piece += length;
        continue;
      case PIECE_DATA:
        if (length > left) length = left;
        left -= length;
        break;
      case PIECE_COUNTED:
        if (length > counted) length = counted;
        break;
    }
    if (!length) continue;
    u8 *bytes = to + REGION_HEADER;
    *(u64 *)to = piece->address;
    *(u64 *)(to + 8) = length;
    if (bytes != payload + piece->at) guarded_copy(bytes, payload + piece->at, length);
    if (guarded_copy((void *)piece->address, bytes, length)) return -1;
    to = bytes + length;
    while ((u64)to & 7) *to++ = 0;
  }
  return to - payload;
}
