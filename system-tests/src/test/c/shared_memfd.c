/* A memory file that is mapped shared and writable: that ends protection as yet, unharmed. */
#include "steps.h"

enum { SIZE = 8192 };

static void body(void) {
  int file = memfd_create("shared", MFD_CLOEXEC);
  char content[SIZE];
  check(ftruncate(file, SIZE) == 0);
  step("no mapping");
  char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  check(shared != MAP_FAILED);
  fill(shared, SIZE, 1);
  step("mapped");
  check(pwrite(file, "by a call", 9, 100) == 9);
  fact("seen: %.9s", shared + 100);
  check(pread(file, content, SIZE, 0) == SIZE);
  fact("file equals memory: %s", memcmp(content, shared, SIZE) == 0 ? "yes" : "no");
  check(munmap(shared, SIZE) == 0 && close(file) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
