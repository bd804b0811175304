/* Writable shared memory without a file. */
#include "steps.h"

enum { SIZE = 16384 };

static void body(void) {
  char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(shared != MAP_FAILED);
  fill(shared, SIZE, 1);
  step("anonymous shared");
  feed(shared, SIZE);
  shared[1] = 'n';
  check(munmap(shared, SIZE) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
