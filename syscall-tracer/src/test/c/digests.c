/*
 * The stub's digests outside of the stub: digests TABLE MEMORY ADDRESS. Maps the file MEMORY to
 * ADDRESS; for each line of a call number and six arguments prints the digest, all in hexadecimal.
 */
#include "outside.h"

#include "digest.c"

int main(int argc, char **argv) {
  if (argc != 4) return 3;
  const struct row *rows = map(argv[1], 0);
  map(argv[2], strtoul(argv[3], 0, 16));
  struct area area = {0};
  u64 *argument = area.frame.argument;
  while (scanf("%lx %lx %lx %lx %lx %lx %lx", &area.frame.number, argument, argument + 1,
               argument + 2, argument + 3, argument + 4, argument + 5) == 7)
    printf("%lx\n", digest_of(&area, rows + area.frame.number));
  return 0;
}
