/*
 * The stub's records of outputs outside of the stub: records TABLE MEMORY ADDRESS. Maps the file
 * MEMORY to ADDRESS. A line is a call number, six arguments, the result, a number of words that the
 * call writes, and for each the address and the value; prints the record, or "slow", all in
 * hexadecimal.
 */
#include "outside.h"

#include "messages.c"
#include "outputs.c"

static void write_words(void) {
  u64 words, address, value;
  if (scanf("%lx", &words) != 1) exit(4);
  while (words-- > 0) {
    if (scanf("%lx %lx", &address, &value) != 2) exit(5);
    *(u64 *)address = value;
  }
}

static void record_of(const struct area *area, const struct row *row, s64 result) {
  static u8 payload[LARGEST_PIECE];
  u32 entry[4];
  int raw;
  s64 bound = outputs_bound(area, row, entry, &raw);
  write_words();
  if (bound < 0 || raw >= 0) {
    puts("slow");
    return;
  }
  u64 length = outputs_write(area, row, entry, result, payload);
  if (length > (u64)bound) exit(6);
  for (u64 i = 0; i < length; i++) printf("%02x", payload[i]);
  putchar('\n');
}

int main(int argc, char **argv) {
  if (argc != 4) return 3;
  const struct row *rows = map(argv[1], 0);
  map(argv[2], strtoul(argv[3], 0, 16));
  struct area *area = new_area();
  s64 result;
  while (read_call(area, &result)) record_of(area, rows + area->frame.number, result);
  return 0;
}
