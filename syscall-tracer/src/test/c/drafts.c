/*
 * The stub's drafts outside of the stub: drafts TABLE MEMORY ADDRESS. Maps the file MEMORY to ADDRESS,
 * and behind a hole of a page another page. A line is a call number, six arguments, the result, a seed of
 * what is received, and for each of some messages the length of the sender's name, flags and the number
 * of bytes. The kernel is played with the arguments that the stub asks with. Prints where the pieces are,
 * the payload, the record's length, the payload again and a hash of the memory; or "slow"; or "fault" where
 * the memory has not taken what was received. All numbers are hexadecimal.
 */
#include "outside.h"

#include <sys/syscall.h>

#include "draft.c"
#include "messages.c"
#include "outputs.c"

enum { MESSAGES = 8, SIZE = 1 << 16 };

static u64 seed;
static struct {
  u64 name_length, flags, moved;
} given[MESSAGES];

static u8 byte_of(u64 message, u64 i) { return seed * 31 + message * 17 + i * 7 + (i >> 8); }

static u64 smaller(u64 a, u64 b) { return a < b ? a : b; }

static void receive(u64 message, const struct buffer *buffer, u64 count, u64 bytes) {
  u64 done = 0;
  for (u64 i = 0; i < count; i++)
    for (u64 j = 0; j < buffer[i].length && done < bytes; j++)
      ((u8 *)buffer[i].address)[j] = byte_of(message, done++);
}

static void name(u64 message, u8 *at, u32 *length) {
  for (u64 i = 0; i < smaller(*length, given[message].name_length); i++) at[i] = byte_of(message + 100, i);
  *length = given[message].name_length;
}

static void receive_message(u64 i, struct message *header, u64 bytes) {
  receive(i, (struct buffer *)header->buffers, header->count, bytes);
  if (header->name) name(i, (u8 *)header->name, &header->name_length);
  header->flags = given[i].flags;
  header->control_length = 0;
}

static void kernel(u64 number, const u64 *asked, s64 result) {
  if (result < 0) return;
  struct buffer flat = {asked[1], asked[2]};
  struct message *header = (struct message *)asked[1];
  switch (number) {
    case SYS_readv:
    case SYS_preadv2:
      receive(0, (struct buffer *)asked[1], asked[2], result);
      break;
    case SYS_recvfrom:
      receive(0, &flat, 1, result);
      if (asked[4]) name(0, (u8 *)asked[4], (u32 *)asked[5]);
      break;
    case SYS_accept:
      if (asked[1]) name(0, (u8 *)asked[1], (u32 *)asked[2]);
      break;
    case SYS_mq_timedreceive:
      receive(0, &flat, 1, result);
      *(u32 *)asked[3] = given[0].flags;
      break;
    case SYS_recvmsg:
      receive_message(0, header, result);
      break;
    case SYS_recvmmsg:
      for (s64 i = 0; i < result; i++) {
        receive_message(i, header + i, given[i].moved);
        header[i].moved = given[i].moved;
      }
      if (asked[4]) *(u64 *)asked[4] = seed;
      break;
    default:
      exit(6);
  }
}

static void print(const u8 *bytes, u64 length) {
  for (u64 i = 0; i < length; i++) printf("%02x", bytes[i]);
}

static u64 hash(const u8 *memory) {
  u64 hash = 0;
  for (u64 i = 0; i < SIZE; i++) hash = hash * 31 + memory[i];
  return hash;
}

static void draft(struct area *area, const struct row *row, s64 result, const u8 *memory) {
  static _Alignas(8) u8 payload[LARGEST_PIECE];
  u32 entry[4];
  int raw;
  s64 bound = outputs_bound(area, row, entry, &raw);
  u64 room = bound > 0 && raw < 0 ? draft_room(area, row, bound) : 0;
  for (u64 i = 0; i < room + 64; i++) payload[i] = 0xa5;
  for (unsigned i = 0; i < 6; i++) area->asked[i] = area->frame.argument[i];
  u64 pieces = room ? draft_begin(area, row, entry, payload, bound) : 0;
  if (!pieces) {
    puts("slow");
    return;
  }
  for (u64 i = room; i < room + 64; i++)
    if (payload[i] != 0xa5) exit(7);
  kernel(area->frame.number, area->asked, result);
  printf("%lx ", pieces);
  print(payload, room);
  s64 length = draft_end(payload, pieces, result);
  if (length < 0) {
    puts(" fault");
    return;
  }
  if (length > bound) exit(8);
  printf(" %lx ", length);
  print(payload, room);
  printf(" %lx\n", hash(memory));
}

int main(int argc, char **argv) {
  if (argc != 4) return 3;
  const struct row *rows = map(argv[1], 0);
  u64 base = strtoul(argv[3], 0, 16);
  const u8 *memory = map(argv[2], base);
  if (mmap((void *)(base + SIZE + PAGE), PAGE, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
    return 4;
  struct area *area = new_area();
  s64 result;
  while (read_call(area, &result) && scanf("%lx", &seed) == 1) {
    for (unsigned i = 0; i < MESSAGES; i++)
      if (scanf("%lx %lx %lx", &given[i].name_length, &given[i].flags, &given[i].moved) != 3) return 5;
    draft(area, rows + area->frame.number, result, memory);
  }
  return 0;
}
