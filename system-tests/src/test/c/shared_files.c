/* Writable shared mappings of files: what is stored reaches the file, once. */
#include <sys/stat.h>

#include "steps.h"

enum { SIZE = 16384, PAGE = 4096, COUNTS = 2000, ODD = 5000 };

static void of_file(int file, const char *name) {
  check(ftruncate(file, SIZE) == 0);
  check(pwrite(file, "before", 6, 5000) == 6);
  char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  check(shared != MAP_FAILED);
  feed(shared, SIZE);
  for (int i = 0; i < SIZE; i++) {
    shared[i] = (char)('a' + i % 26);
    if (i == SIZE / 2) {
      step(name);
    }
  }
  check(msync(shared, SIZE, MS_SYNC) == 0);
  char content[SIZE];
  check(pread(file, content, SIZE, 0) == SIZE);
  fact("%s: file equals memory: %s", name, memcmp(content, shared, SIZE) == 0 ? "yes" : "no");
  check(munmap(shared + PAGE, PAGE) == 0 && mprotect(shared, PAGE, PROT_READ) == 0);
  step("a part unmapped, one read only");
  shared[2 * PAGE] = '!';
  check(pread(file, content, SIZE, 0) == SIZE);
  fact("stored: %c, read only: %c", content[2 * PAGE], shared[1]);
  check(mprotect(shared, PAGE, PROT_READ | PROT_WRITE) == 0);
  shared[1] = '?';
  check(munmap(shared, PAGE) == 0 && munmap(shared + 2 * PAGE, SIZE - 2 * PAGE) == 0);
  step("unmapped");
  check(pread(file, content, SIZE, 0) == SIZE);
  fact("stored: %c", content[1]);
  int right = 0;
  for (int i = 0; i < SIZE; i++) {
    right += content[i] == (char)('a' + i % 26);
  }
  fact("right bytes %d", right);
}

/* Counted in the file's memory and beside it: what a dead process had counted is counted once more, not twice. */
static void count(int file) {
  long beside = 0;
  volatile long *counter = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 2 * PAGE);
  check(counter != MAP_FAILED);
  *counter = 0;
  for (int i = 0; i < COUNTS; i++) {
    *counter = *counter + 1;
    beside++;
    check(*counter == beside);
    if (i % 50 == 0) {
      check(lseek(file, 0, SEEK_SET) == 0);
    }
    if (i == COUNTS / 2) {
      step("counting");
    }
  }
  long stored;
  check(pread(file, &stored, sizeof stored, 2 * PAGE) == sizeof stored);
  fact("counted %ld", stored);
  check(munmap((void *)counter, PAGE) == 0);
}

/* The last page is only partly the file's, which must not grow; the rest of it is memory all the same. */
static void of_odd_size(int file) {
  struct stat status;
  check(ftruncate(file, ODD) == 0);
  char *shared = mmap(NULL, ODD, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  check(shared != MAP_FAILED);
  memcpy(shared + ODD - 4, "end", 3);
  memcpy(shared + ODD + 10, "behind", 6);
  step("partly a file");
  fact("%.3s and %.6s", shared + ODD - 4, shared + ODD + 10);
  check(fstat(file, &status) == 0);
  fact("size %ld", (long)status.st_size);
  check(munmap(shared, ODD) == 0);
}

static void body(void) {
  step("no mapping");
  int file = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
  of_file(file, "shared file");
  count(file);
  of_odd_size(file);
  check(ftruncate(file, SIZE) == 0);
  /* Neither a name nor a descriptor is left. */
  char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  check(shared != MAP_FAILED);
  check(unlink("shared") == 0 && close(file) == 0);
  step("without a name");
  shared[0]++;
  fact("first byte %c", shared[0]);
  step("stored");
  fact("first byte %c", shared[0]);
  check(munmap(shared, SIZE) == 0);
  file = open("shared", O_RDWR | O_CREAT | O_EXCL, 0400);
  of_file(file, "another file");
  check(close(file) == 0 && unlink("shared") == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
