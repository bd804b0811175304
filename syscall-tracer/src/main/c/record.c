/* The primary's side of the fast path. */
#include "fast_path.h"

/* Bytes of the payload ring that stay in the cache. */
#define LAP (1ul << 20)

#define PAGE_BYTES 4096ul

/* Lines of the log that are fetched for later events, from the core that has read them. */
#define SLOTS_AHEAD 2
#define LINES_AHEAD 3

/* The first event that some consumer may not have consumed. */
static u64 gate(const struct area *area, u64 next) {
  u64 active = load(area, LOG_ACTIVE);
  u64 first = next;
  for (unsigned i = 0; i < LOG_CONSUMER_COUNT; i++)
    if (active >> i & 1) {
      u64 after = load(area, LOG_CONSUMERS + i * LOG_LINE) + 1;
      if (after < first) first = after;
    }
  return first;
}

/* Where the oldest payload begins that some consumer may not have consumed. */
static void move_tail(struct area *area, u64 next, u64 head) {
  area->gate = gate(area, next);
  if (area->gate == next) {
    area->tail = head;
  } else {
    u64 oldest = slot_of(area, area->gate)->position;
    if (oldest > area->tail && oldest <= head) area->tail = oldest;
  }
}

/*
 * The ring is as large as the longest lag needs; as long as the consumers keep up, its first part is used
 * again and again, which stays in the cache. Where the next payload may begin.
 */
static u64 lap(struct area *area, u64 next, u64 head) {
  u64 offset = head & (area->payload_bytes - 1);
  if (offset < LAP || head < area->lap) return head;
  move_tail(area, next, head);
  u64 again = head - offset + area->payload_bytes;
  if (again + LAP / 2 - area->tail > area->payload_bytes) {
    area->lap = head + LAP / 4;
    return head;
  }
  area->lap = again + LAP;
  return again;
}

/*
 * Finds room for the event with this sequence number: its slot must be free and its payload
 * contiguous, as EventLogWriter.java and PayloadRing.java have it. 0 if there is none.
 */
static int reserve(struct area *area, u64 next, u64 bytes, u64 *position) {
  if (next - area->gate >= area->slots) {
    area->gate = gate(area, next);
    if (next - area->gate >= area->slots) return 0;
  }
  u64 head = 0;
  if (next > 0) {
    const struct slot *last = slot_of(area, next - 1);
    head = lap(area, next, (last->position + last->length + 7) & ~7ul);
  }
  u64 offset = head & (area->segment_bytes - 1);
  u64 start = offset + bytes <= area->segment_bytes ? head : head - offset + area->segment_bytes;
  if (start + bytes - area->tail > area->payload_bytes) {
    move_tail(area, next, head);
    if (start + bytes - area->tail > area->payload_bytes) return 0;
  }
  *position = start;
  return 1;
}

static u64 detail_of(const struct area *area, const struct row *row) {
  u64 first = row->detail_first == 255 ? 0 : (u32)area->frame.argument[row->detail_first];
  if (row->detail == DETAIL_NONE || row->detail == DETAIL_FIRST) return first;
  u64 second = area->frame.argument[row->detail_second];
  return row->detail == DETAIL_BOTH ? first | second << 32 : first | (u64)(second == 0) << 32;
}

/* The intent: all that the tracer needs to settle the call if the process dies inside it. */
static void intend(struct area *area, const struct row *row, struct slot *slot, u64 sequence,
                   u64 position) {
  u64 digest = digest_of(area, row); /* may take long: the slot is not touched meanwhile */
  /* A tracer that finds the process dead believes kind only together with sequence. */
  __atomic_store_n(&slot->kind, KIND_INTENT, __ATOMIC_RELEASE);
  slot->flags = FLAG_FAST;
  slot->syscall = area->frame.number;
  slot->thread = area->thread;
  slot->digest = digest;
  slot->position = position;
  slot->length = 0;
  slot->descriptor = row->descriptor == 255 ? -1 : (s32)area->frame.argument[row->descriptor];
  slot->site = *(u64 *)area->frame.trampoline;
  slot->detail = row->detail == DETAIL_NONE ? 0 : detail_of(area, row);
  __atomic_store_n(&slot->sequence, sequence, __ATOMIC_RELEASE);
  area->slot = slot;
}

/* A line that another core has read takes longer to get for writing than many a call takes. */
static void fetch_ahead(const struct area *area, const struct slot *slot) {
  __builtin_prefetch(slot_of(area, slot->sequence + SLOTS_AHEAD), 1);
  if (!slot->length) return; /* those of the payload are there already */
  u64 head = slot->position + slot->length;
  for (unsigned i = 0; i < LINES_AHEAD; i++)
    __builtin_prefetch(payload_at(area, head + i * LOG_LINE), 1);
}

static void publish(struct area *area, struct slot *slot, s64 result, u64 flags, u64 length) {
  slot->result = result;
  slot->length = length;
  *(u64 *)(area->log + LOG_PAYLOAD_SUM) += length;
  /* Kind and flags at once: a payload is laid out, or it is the event's. */
  u16 kind_and_flags = KIND_SYSCALL | (FLAG_FAST | flags) << 8;
  __atomic_store_n((u16 *)slot, kind_and_flags, __ATOMIC_RELEASE);
  store(area, LOG_CURSOR, slot->sequence);
  fetch_ahead(area, slot);
}

/* Whether the call may be given a time after which it ends. */
static int has_timeout(const struct area *area, const struct row *row) {
  if (area->times && row->blocks) return 1;
  u64 timeout = area->frame.argument[row->timeout];
  return row->flags & ROW_TIMEOUT ? (s32)timeout > 0 : row->flags & ROW_TIMED && timeout;
}

static void ask(struct area *area, const struct row *row, u64 *intended) {
  for (unsigned i = 0; i < 6; i++) area->asked[i] = intended[i] = area->frame.argument[i];
  area->redirected = -1;
  area->began = has_timeout(area, row) ? monotonic_nanos(area) : 0;
}

/* An answer that is known without the kernel, such as a clock's; it has one output at most. */
static struct outcome record_known(struct area *area, const struct row *row, u64 next, s64 result,
                                   const u64 *value, u64 bytes) {
  u64 address = area->frame.argument[row->output[0].argument];
  if (bytes && guarded_copy((void *)address, value, bytes)) {
    result = -EFAULT;
    bytes = 0;
  }
  if (area->mode != MODE_RECORD) return done(result);
  u64 position;
  if (!reserve(area, next, 32, &position)) return SLOW;
  struct slot *slot = slot_of(area, next);
  intend(area, row, slot, next, position);
  if (bytes) {
    u64 *payload = (u64 *)payload_at(area, position);
    payload[0] = address;
    payload[1] = bytes;
    payload[2] = value[0];
    payload[3] = value[1];
  }
  publish(area, slot, result, 0, bytes ? 16 + ((bytes + 7) & ~7ul) : 0);
  return done(result);
}

/* The id that the service has in place of the kernel's, -1: that is the kernel's to tell. */
static s64 own_id(const struct area *area, const struct row *row) {
  if (!area->pid) return -1;
  switch (row->identity) {
    case ID_PROCESS: return area->pid;
    case ID_THREAD: return area->thread;
    case ID_PARENT: return area->parent == area->pid ? -1 : (s64)area->parent;
    default: return -1;
  }
}

/*
 * Whether a wait has ended for a signal that another thread has got since: for one of our own the
 * tracer would have stopped us before we saw that. It is made anew on the slow path.
 */
static int is_for_another(const struct area *area, const struct row *row, s64 result) {
  return result == -EINTR && row->blocks && area->mode == MODE_RECORD; /* not without a tracer */
}

static struct outcome solo(struct area *area, const struct row *row) {
  area->slot = &area->unlogged;
  ask(area, row, area->asked);
  return guarded_call(area, area->frame.number);
}

/*
 * Whether the kernel may have refused what we ask with, and not what the service does: a file may be
 * read past the kernel's cache (O_DIRECT), into aligned buffers only. Nothing has been read then.
 */
static int is_refused(const struct area *area, s64 result) {
  return result == -EINVAL && area->redirected != -1;
}

/*
 * For a process that is being killed the kernel brings no page in, and what it has taken from a queue by
 * then is lost: so the pages are there before it is asked.
 */
static void bring_in(struct area *area, u64 position, volatile u8 *payload, u64 bytes) {
  u64 from = position & (area->payload_bytes - 1);
  if (!bytes || from + bytes <= area->present) return;
  for (u64 at = from < area->present ? area->present - from : 0; at < bytes; at += PAGE_BYTES)
    payload[at] = 0;
  payload[bytes - 1] = 0;
  if (from <= area->present) area->present = from + bytes;
}

/* Has the kernel write an input into the payload, if what it brings can be given to the service. */
static int receives_raw(struct area *area, const struct row *row, const struct output *buffer,
                        u8 *payload, u64 bytes) {
  u64 address = area->frame.argument[buffer->argument];
  if (!is_writable(address, bytes)) return 0;
  if (may_discard(area, row) && guarded_copy(payload, (void *)address, bytes)) return 0;
  area->asked[buffer->argument] = (u64)payload;
  area->redirected = bytes;
  return 1;
}

struct outcome record(struct area *area, const struct row *row) {
  u64 next = load(area, LOG_CURSOR) + 1;
  if (row->clock && area->clock) {
    u64 value[2], bytes;
    s64 result;
    if (read_clock(area, row, value, &bytes, &result))
      return record_known(area, row, next, result, value, bytes);
  }
  s64 id = row->identity ? own_id(area, row) : -1;
  if (id >= 0) return record_known(area, row, next, id, 0, 0);
  if (area->mode != MODE_RECORD) return solo(area, row);
  u32 entry[4];
  int raw;
  s64 bound = outputs_bound(area, row, entry, &raw);
  int drafts = raw < 0 && bound > 0 && row->flags & ROW_CONSUMES;
  u64 room = drafts ? draft_room(area, row, bound) : (u64)bound;
  u64 position;
  if (bound < 0 || room > area->largest_piece) return SLOW;
  if (!reserve(area, next, room, &position)) {
    area->redirected = LOG_FULL;
    return SLOW;
  }
  struct slot *slot = slot_of(area, next);
  u8 *payload = payload_at(area, position);
  ask(area, row, (u64 *)(area->log + LOG_ARGUMENTS));
  const struct output *buffer = raw >= 0 ? row->output + raw : 0;
  if (buffer || drafts) bring_in(area, position, payload, room);
  if (buffer && !receives_raw(area, row, buffer, payload, bound)) return SLOW;
  u64 pieces = drafts ? draft_begin(area, row, entry, payload, bound) : 0;
  if (drafts && !pieces) return SLOW;
  intend(area, row, slot, next, position);
  if (buffer) {
    slot->flags |= FLAG_RAW;
    slot->length = bound;
  } else if (drafts) {
    *(u32 *)(area->log + LOG_PIECES) = pieces;
    *(u32 *)(area->log + LOG_ROOM) = room;
    area->redirected = DRAFTED;
    slot->flags |= FLAG_DRAFT;
  }
  struct outcome outcome = guarded_call(area, area->frame.number);
  if (outcome.slow || is_for_another(area, row, outcome.result) ||
      is_refused(area, outcome.result))
    return SLOW;
  s64 length = 0;
  if (buffer) {
    length = raw_length(area, buffer, outcome.result);
    if (length && guarded_copy((void *)area->frame.argument[buffer->argument], payload, length))
      length = -1;
  } else if (drafts) {
    length = draft_end(payload, pieces, outcome.result);
  } else if (row->outputs) {
    length = outputs_write(area, row, entry, outcome.result, payload);
  }
  if (length < 0) {
    outcome.result = -EFAULT;
    length = 0;
  }
  publish(area, slot, outcome.result, buffer ? FLAG_RAW : 0, length);
  return outcome;
}
