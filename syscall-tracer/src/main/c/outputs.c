/* What a call writes to the application's memory: bounds before it, the payload after it. */
#include "fast_path.h"

static u64 count_of(const struct area *area, const struct row *row, const struct output *output) {
  return argument_value(area, row, output->sized_by);
}

/* The most that the output can have, -1 if that is more than the fast path wants to handle. */
static s64 most(const struct area *area, const struct row *row, const struct output *output,
                u32 *entry) {
  u64 count;
  switch (output->rule) {
    case RULE_CONSTANT:
      return output->unit;
    case RULE_ARGUMENT:
    case RULE_RESULT:
      count = count_of(area, row, output);
      return count > area->largest_piece ? -1 : (s64)(count * output->unit);
    case RULE_BITS:
      count = count_of(area, row, output);
      return count > area->largest_piece ? -1 : (s64)((count + 63) / 64 * 8);
    case RULE_SOCKLEN:
      if (guarded_copy(entry, (void *)area->frame.argument[output->sized_by], 4)) return -1;
      return *entry > area->largest_piece ? -1 : (s64)*entry;
    default:
      return -1;
  }
}

/* Takes note of the buffers, too: what the call writes may be what says where it goes. */
static s64 buffers_bound(const struct area *area, const struct row *row,
                         const struct output *output) {
  struct entered *entered = entered_of(area);
  struct buffer *buffer = entered->buffer;
  u64 count = count_of(area, row, output);
  if (count > MOST_ENTERED) return -1;
  const void *at = (void *)area->frame.argument[output->argument];
  if (guarded_copy(buffer, at, count * sizeof *buffer)) return -1;
  entered->messages = 0;
  entered->buffers = count;
  u64 sum = 0;
  for (u64 i = 0; i < count; i++) {
    if (buffer[i].length > area->largest_piece) return -1;
    sum += REGION_HEADER + padded(buffer[i].length);
  }
  return sum;
}

/*
 * The most bytes of payload that the call can need, -1 for the slow path. entry gets the lengths
 * that the call will overwrite, raw the index of the one output whose bare bytes are the payload,
 * or -1: as OutputRegions.rawArgument.
 */
s64 outputs_bound(const struct area *area, const struct row *row, u32 *entry, int *raw) {
  s64 sum = 0, last = 0;
  unsigned given = 0;
  *raw = -1;
  for (unsigned i = 0; i < row->outputs; i++) {
    const struct output *output = row->output + i;
    if (!area->frame.argument[output->argument]) continue;
    given++;
    if (output->rule >= RULE_IOVEC) {
      last = output->rule == RULE_IOVEC ? buffers_bound(area, row, output)
                                        : messages_bound(area, row, output);
      if (last < 0) return -1;
      sum += last;
      continue;
    }
    last = most(area, row, output, entry + i);
    if (last < 0) return -1;
    sum += REGION_HEADER + padded(last);
    if (output->rule == RULE_RESULT) *raw = i;
  }
  if (given != 1) *raw = -1;
  return *raw >= 0 ? last : sum;
}

/* How many bytes of a buffer that the result measures were written. */
u64 raw_length(const struct area *area, const struct output *output, s64 result) {
  if (result <= 0) return 0;
  u64 limit = area->frame.argument[output->sized_by];
  return ((u64)result < limit ? (u64)result : limit) * output->unit;
}

static int is_written(const struct output *output, s64 result) {
  switch (output->when) {
    case WHEN_SUCCESS:
      return result >= 0;
    case WHEN_INTERRUPTED:
      return result == -EINTR;
    case WHEN_NOT_REFUSED:
      return result >= 0 || result == -EINTR;
    default:
      return 1;
  }
}

static u64 length_of(const struct area *area, const struct row *row, const struct output *output,
                     u32 entry, s64 result) {
  u64 count;
  u32 now;
  switch (output->rule) {
    case RULE_CONSTANT:
      return output->unit;
    case RULE_ARGUMENT:
      return count_of(area, row, output) * output->unit;
    case RULE_BITS:
      return (count_of(area, row, output) + 63) / 64 * 8;
    case RULE_RESULT:
      if (result <= 0) return 0;
      count = count_of(area, row, output);
      return ((u64)result < count ? (u64)result : count) * output->unit;
    case RULE_SOCKLEN:
      if (guarded_copy(&now, (void *)area->frame.argument[output->sized_by], 4)) return 0;
      return now < entry ? now : entry;
    default:
      return 0;
  }
}

u8 *append_region(u8 *at, u64 address, u64 length) {
  if (!length) return at;
  *(u64 *)(at + REGION_HEADER + padded(length) - 8) = 0;
  if (guarded_copy(at + REGION_HEADER, (void *)address, length)) return at;
  *(u64 *)at = address;
  *(u64 *)(at + 8) = length;
  return at + REGION_HEADER + padded(length);
}

static u8 *append_buffers(u8 *at, const struct area *area, s64 result) {
  const struct entered *entered = entered_of(area);
  for (u64 i = 0; i < entered->buffers && result > 0; i++) {
    u64 length = entered->buffer[i].length;
    if (length > (u64)result) length = result;
    at = append_region(at, entered->buffer[i].address, length);
    result -= length;
  }
  return at;
}

int is_writable(u64 address, u64 bytes) {
  if (address >= ADDRESS_LIMIT) return 0;
  if (!bytes) return 1;
  u8 *first = (u8 *)address, *last = first + bytes - 1;
  return !guarded_copy(first, first, 1) && !guarded_copy(last, last, 1);
}

/* Writes the outputs as a record; returns its length. What is received is draft.c's. */
u64 outputs_write(const struct area *area, const struct row *row, const u32 *entry, s64 result,
                  u8 *payload) {
  u8 *at = payload;
  for (unsigned i = 0; i < row->outputs; i++) {
    const struct output *output = row->output + i;
    u64 address = area->frame.argument[output->argument];
    if (!address || !is_written(output, result)) continue;
    if (output->rule < RULE_IOVEC)
      at = append_region(at, address, length_of(area, row, output, entry[i], result));
    else
      at = output->rule == RULE_IOVEC ? append_buffers(at, area, result)
                                      : append_sent(at, address, result);
  }
  return at - payload;
}
