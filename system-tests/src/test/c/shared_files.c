/* Writable shared mappings of a file and of a memfd: what is written must reach the file. They end
   protection as yet, unharmed. */
#include "steps.h"

enum { SIZE = 16384 };

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
  step("no mapping");
  of_file(open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600), "shared file");
  check(unlink("shared") == 0);
  of_file(memfd_create("shared", 0), "shared memfd");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
