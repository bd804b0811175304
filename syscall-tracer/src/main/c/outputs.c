/* What a call writes to the application's memory: bounds before it, the payload after it. */
#include "fast_path.h"

#define MOST_BUFFERS 64

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

static s64 buffers_bound(const struct area *area, const struct row *row,
                         const struct output *output) {
  u64 count = count_of(area, row, output);
  if (count > MOST_BUFFERS) return -1;
  u64 sum = 0;
  for (u64 i = 0; i < count; i++) {
    struct buffer buffer;
    const void *at = (void *)(area->frame.argument[output->argument] + i * sizeof buffer);
    if (guarded_copy(&buffer, at, sizeof buffer)) return -1;
    if (buffer.length > area->largest_piece) return -1;
    sum += REGION_HEADER + padded(buffer.length);
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

static u8 *append_buffers(u8 *at, const struct area *area, const struct row *row,
                          const struct output *output, s64 result) {
  u64 count = count_of(area, row, output);
  for (u64 i = 0; i < count && result > 0; i++) {
    struct buffer buffer;
    const void *from = (void *)(area->frame.argument[output->argument] + i * sizeof buffer);
    if (guarded_copy(&buffer, from, sizeof buffer)) return at;
    u64 length = buffer.length < (u64)result ? buffer.length : (u64)result;
    at = append_region(at, buffer.address, length);
    result -= length;
  }
  return at;
}

/* Writes the outputs as a record; returns its length. */
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
      at = output->rule == RULE_IOVEC ? append_buffers(at, area, row, output, result)
                                      : append_messages(at, area, output, result);
  }
  return at - payload;
}
