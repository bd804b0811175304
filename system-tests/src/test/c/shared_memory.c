/* Writable shared mappings: anonymous, of a file and of a memfd. What is written must reach the file. */
#include "steps.h"

enum { SIZE = 16384 };

static void anonymous(void) {
  char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(shared != MAP_FAILED);
  fill(shared, SIZE, 1);
  step("anonymous shared");
  feed(shared, SIZE);
  shared[1] = 'n';
  check(munmap(shared, SIZE) == 0);
}

static void of_file(int file, const char *name) {
  check(ftruncate(file, SIZE) == 0);
  char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  check(shared != MAP_FAILED);
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
  check(munmap(shared, SIZE) == 0);
  step("unmapped");
  check(pread(file, content, SIZE, 0) == SIZE);
  int right = 0;
  for (int i = 0; i < SIZE; i++) {
    right += content[i] == (char)('a' + i % 26);
  }
  fact("right bytes %d", right);
  check(close(file) == 0);
}

static void body(void) {
  anonymous();
  of_file(open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600), "shared file");
  check(unlink("shared") == 0);
  of_file(memfd_create("shared", 0), "shared memfd");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
