/*
 * The stub's digests outside of the stub: digests TABLE MEMORY ADDRESS. Maps the file MEMORY to
 * ADDRESS; for each line of a call number and six arguments prints the digest, all in hexadecimal.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "digest.c"

s64 guarded_copy(void *to, const void *from, u64 bytes) {
  struct iovec here = {to, bytes}, there = {(void *)from, bytes};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)bytes ? 0 : -1;
}

static void *map(const char *file, u64 address) {
  int descriptor = open(file, O_RDONLY);
  struct stat status;
  if (descriptor < 0 || fstat(descriptor, &status) != 0) exit(1);
  int flags = MAP_PRIVATE | (address ? MAP_FIXED_NOREPLACE : 0);
  void *mapped = mmap((void *)address, status.st_size, PROT_READ, flags, descriptor, 0);
  if (mapped == MAP_FAILED) exit(2);
  close(descriptor);
  return mapped;
}

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
