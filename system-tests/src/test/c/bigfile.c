/* A file of 32 MiB, read by one call; written and read in large pieces. */
#include <sys/stat.h>

#include "steps.h"

enum { SIZE = 32 << 20 };

static void body(void) {
  unsigned char *out = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(out != MAP_FAILED);
  for (size_t i = 0; i < SIZE / 8; i++) {
    ((uint64_t *)out)[i] = i * 0x9e3779b97f4a7c15ULL;
  }
  int file = open("big", O_RDWR | O_CREAT | O_TRUNC, 0600);
  check(file >= 0);
  check(write(file, out, SIZE) == SIZE);
  step("32 MiB written");
  unsigned char *in = malloc(SIZE);
  check(in != NULL);
  check(pread(file, in, SIZE, 0) == SIZE);
  feed(in, SIZE);
  step("32 MiB read");
  fact("equal: %s", memcmp(in, out, SIZE) == 0 ? "yes" : "no");
  memset(in, 0, SIZE);
  check(lseek(file, 12345, SEEK_SET) == 12345);
  check(read(file, in, SIZE) == SIZE - 12345);
  fact("tail equal: %s", memcmp(in, out + 12345, SIZE - 12345) == 0 ? "yes" : "no");
  check(close(file) == 0 && unlink("big") == 0);
  free(in);
  check(munmap(out, SIZE) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
