/* The fast path: a call is recorded, or answered from the log, without any stop. */
#include "fast_path.h"

#define MSG_WAITALL 0x100

/* SO_RCVTIMEO and SO_SNDTIMEO, old and new; FastTable.java has the same. */
static int is_socket_time(u32 option) {
  return option == 20 || option == 21 || option == 66 || option == 67;
}

/*
 * Whether the kernel may see a temporary mask as it is. One that holds back signals of ours is the
 * tracer's to rewrite.
 */
__attribute__((noinline)) static int is_admitted_mask(u64 address, int paired) {
  u64 mask;
  if (paired && guarded_copy(&address, (void *)address, sizeof address)) return 0;
  if (!address) return 1;
  return !guarded_copy(&mask, (void *)address, sizeof mask) && !(mask & OWNED_SIGNALS);
}

/* Whether a path may name a process by its id. One that is shorter than this at a memory's end cannot. */
static int is_in_proc(u64 path) {
  static const char PROC[] = {'/', 'p', 'r', 'o', 'c', '/'};
  char start[sizeof PROC];
  if (guarded_copy(start, (void *)path, sizeof start)) return 0;
  for (unsigned i = 0; i < sizeof start; i++)
    if (start[i] != PROC[i]) return 0;
  return 1;
}

/* Whether the call may have ids of processes with it, which the tracer translates. */
static int has_ids(const struct area *area, const struct row *row) {
  u32 first = area->frame.argument[0];
  for (unsigned i = 0; row->paths >> i; i++)
    if (row->paths >> i & 1 && is_in_proc(area->frame.argument[i])) return 1;
  switch (row->identity) {
    case ID_SIGNALS:
      return area->signals >> (first < 63 ? first : 63) & 1;
    case ID_CREDENTIALS:
      return sends_credentials(area->frame.argument[1]);
    case ID_CLOCK:
      return (int)first < 0;
    default:
      return 0;
  }
}

/* Whether the call may be done here, by its arguments. */
static int is_admitted(const struct area *area, const struct row *row) {
  if ((row->identity || row->paths) && has_ids(area, row)) return 0;
  if (row->flags & ROW_MASK && area->frame.argument[row->command] &&
      !is_admitted_mask(area->frame.argument[row->command], row->paired))
    return 0;
  /* A receive of everything that an interruption of ours cuts short is the tracer's to go on with. */
  if (row->flags & ROW_NOT_ALL && area->frame.argument[row->command] & MSG_WAITALL) return 0;
  /* The tracer is to know that the time at which calls begin is needed from now on. */
  if (row->flags & ROW_NOT_TIMES && is_socket_time(area->frame.argument[row->command])) return 0;
  if (row->flags & ROW_COMMAND) {
    for (unsigned i = 0; i < row->commands; i++)
      if (row->commanded[i] == (u32)area->frame.argument[row->command]) return 1;
    return 0;
  }
  return 1;
}

/* The linker would make an absolute address of a symbol at 0: the base is taken by an instruction. */
static const struct row *rows(void) {
  const char *base;
  asm("lea _start(%%rip), %0" : "=r"(base));
  return (const struct row *)(base + STUB_TABLE);
}

__attribute__((used)) struct outcome fast_call(struct area *area) {
  if (area->frame.number >= STUB_ROWS) return SLOW;
  const struct row *row = rows() + area->frame.number;
  if (!(row->flags & ROW_FAST) || area->stop == STOP_NOW || !is_admitted(area, row)) return SLOW;
  switch (area->mode) {
    case MODE_SOLO:
    case MODE_RECORD:
      return record(area, row);
    case MODE_REPLAY:
      return replay(area, row);
    default:
      return SLOW;
  }
}
