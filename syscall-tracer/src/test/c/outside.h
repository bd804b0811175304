/* What parts of the stub need that run outside of it: a guarded copy, and the service's memory. */
#ifndef OUTSIDE_H
#define OUTSIDE_H

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fast_path.h"

s64 guarded_copy(void *to, const void *from, u64 bytes) {
  struct iovec here = {to, bytes}, there = {(void *)from, bytes};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)bytes ? 0 : -1;
}

/* Maps a file to an address, or anywhere if that is 0; what is written to it is lost. */
static void *map(const char *file, u64 address) {
  int descriptor = open(file, O_RDONLY);
  struct stat status;
  if (descriptor < 0 || fstat(descriptor, &status) != 0) exit(1);
  int flags = MAP_PRIVATE | (address ? MAP_FIXED_NOREPLACE : 0);
  void *mapped = mmap((void *)address, status.st_size, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  if (mapped == MAP_FAILED) exit(2);
  close(descriptor);
  return mapped;
}

enum { LARGEST_PIECE = 1 << 20, PAGE = 4096 };

/* A thread's area, which has a page of its own. */
static struct area *new_area(void) {
  static _Alignas(PAGE) u8 page[PAGE];
  struct area *area = (struct area *)page;
  area->self = (u64)area;
  area->largest_piece = LARGEST_PIECE;
  return area;
}

/* Reads a call's number, arguments and result; 0 at the end. */
static int read_call(struct area *area, s64 *result) {
  u64 *argument = area->frame.argument;
  return scanf("%lx %lx %lx %lx %lx %lx %lx %lx", &area->frame.number, argument, argument + 1,
               argument + 2, argument + 3, argument + 4, argument + 5, (u64 *)result) == 8;
}

#endif
