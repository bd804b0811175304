/*
 * What a call asks of the kernel, in 64 bits: its number and arguments, and if the table says so
 * (--verify full) the bytes that it hands over. The same digests as ArgumentDigest.java and
 * WrittenDigest.java make; a test compares them.
 */
#include "fast_path.h"

#define MULTIPLIER 0x9e3779b97f4a7c15ul
#define FOLD 29
#define HIGH_HALF 0xffffffff00000000ul

/* Four chains of multiplications go on side by side, one alone would wait for each of its own. */
#define LANES 4
#define BLOCK (LANES * 8)
#define PIECE 1024

/* Of more than this a call's digest does not cover. */
#define MOST_BYTES (16ul << 20)
#define MOST_BUFFERS 1024
#define MOST_MESSAGES 1024

/* The kernel reads no longer string (PATH_MAX). */
#define MOST_STRING 4096
#define PAGE 4096

/* Stands for memory that cannot be read; the kernel will not be able to either. */
#define UNREADABLE 0x756e726561646162ul

/* A digest in the making. */
struct written {
  u64 digest;
  u64 left; /* bytes that it may still cover */
};

/* For a fixed digest no two values come to the same, for a fixed value no two digests. */
static inline u64 mix(u64 digest, u64 value) {
  digest = (digest ^ value) * MULTIPLIER;
  return digest ^ digest >> FOLD;
}

/* Copies from the service's memory, -1 if it is not there. */
static s64 fetch(void *to, u64 address, u64 bytes) {
  if (address >= ADDRESS_LIMIT || bytes > ADDRESS_LIMIT - address) return -1;
  return guarded_copy(to, (const void *)address, bytes);
}

static void add_buffer(struct written *written, u64 address, u64 length) {
  if (!address) return;
  u64 bytes = length < written->left ? length : written->left;
  written->left -= bytes;
  u64 digest = mix(written->digest, length);
  u64 first = 1, second = 2, third = 3, fourth = 4;
  u64 words[PIECE / 8];
  for (u64 done = 0; done < bytes; done += PIECE) {
    u64 piece = bytes - done < PIECE ? bytes - done : PIECE;
    u64 blocks = (piece + BLOCK - 1) / BLOCK;
    u64 *word = words + (blocks - 1) * LANES;
    word[0] = word[1] = word[2] = word[3] = 0; /* what the last block has too few */
    if (fetch(words, address + done, piece)) {
      written->digest = mix(digest, UNREADABLE);
      return;
    }
    word = words;
    for (u64 i = 0; i < blocks; i++, word += LANES) {
      first = mix(first, word[0]);
      second = mix(second, word[1]);
      third = mix(third, word[2]);
      fourth = mix(fourth, word[3]);
    }
  }
  written->digest = mix(mix(mix(mix(digest, first), second), third), fourth);
}

/* A string ends with its zero, and the memory behind it need not be there. */
static void add_string(struct written *written, u64 address) {
  char piece[256];
  u64 length = 0;
  while (length < MOST_STRING) {
    u64 to_end = PAGE - (address + length) % PAGE;
    u64 bytes = to_end < sizeof piece ? to_end : sizeof piece;
    if (bytes > MOST_STRING - length) bytes = MOST_STRING - length;
    if (fetch(piece, address + length, bytes)) {
      written->digest = mix(written->digest, UNREADABLE);
      return;
    }
    for (u64 i = 0; i < bytes; i++)
      if (!piece[i]) {
        add_buffer(written, address, length + i + 1);
        return;
      }
    length += bytes;
  }
  add_buffer(written, address, length);
}

static void add_buffers(struct written *written, u64 array, u64 count) {
  struct buffer buffer;
  if (count > MOST_BUFFERS) {
    written->digest = mix(written->digest, UNREADABLE);
    return;
  }
  for (u64 i = 0; i < count; i++) {
    if (fetch(&buffer, array + i * sizeof buffer, sizeof buffer)) {
      written->digest = mix(written->digest, UNREADABLE);
      return;
    }
    add_buffer(written, buffer.address, buffer.length);
  }
}

/* 0, or -1 if the header cannot be read. */
static int add_message(struct written *written, u64 address) {
  struct message message;
  if (fetch(&message, address, MESSAGE_BYTES)) {
    written->digest = mix(written->digest, UNREADABLE);
    return -1;
  }
  add_buffer(written, message.name, message.name_length);
  add_buffers(written, message.buffers, message.count);
  add_buffer(written, message.control, message.control_length);
  return 0;
}

static void add_messages(struct written *written, u64 address, u64 count) {
  for (u64 i = 0; i < count && i < MOST_MESSAGES; i++)
    if (add_message(written, address + i * sizeof(struct message))) return;
}

/* Apart, so that a digest without it needs neither its registers nor its stack. */
__attribute__((noinline)) static u64 written_digest(const struct area *area, const struct row *row) {
  struct written written = {0, MOST_BYTES};
  for (unsigned i = 0; row->covered >> i; i++) {
    const struct output *input = row->output + i;
    u64 address = area->frame.argument[input->argument];
    u64 count = argument_value(area, row, input->sized_by);
    if (!address || !(row->covered >> i & 1)) continue;
    switch (input->rule) {
      case RULE_CONSTANT:
        add_buffer(&written, address, input->unit);
        break;
      case RULE_STRING:
        add_string(&written, address);
        break;
      case RULE_ARGUMENT:
        add_buffer(&written, address, count * input->unit);
        break;
      case RULE_BITS:
        add_buffer(&written, address, (count + 63) / 64 * 8);
        break;
      case RULE_IOVEC:
        add_buffers(&written, address, count);
        break;
      case RULE_MESSAGE:
        add_message(&written, address);
        break;
      case RULE_MESSAGES:
        add_messages(&written, address, count);
        break;
    }
  }
  return written.digest;
}

u64 digest_of(const struct area *area, const struct row *row) {
  u64 digest = mix(0, area->frame.number + 1);
  for (unsigned i = 0; i < row->arguments; i++) digest = mix(digest, argument_value(area, row, i));
  if (row->covered) digest = (digest & HIGH_HALF) | written_digest(area, row) >> 32;
  return digest;
}
