/* A file that is mapped shared, and written to by a system call: that ends protection as yet, unharmed. */
#include "steps.h"

enum { SIZE = 8192 };

static char *shared;

static void body(void) {
  if (shared != NULL) {
    return;
  }
  int file = open("written", O_RDWR | O_CREAT | O_TRUNC, 0600);
  check(ftruncate(file, SIZE) == 0);
  shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  check(shared != MAP_FAILED);
  fill(shared, SIZE, 1);
  step("mapped");
  check(pwrite(file, "by a call", 9, 100) == 9);
  step("written");
}

/* Behind the last step, when protection has ended: a replica would see something else. */
__attribute__((destructor)) static void tell(void) {
  fact("seen: %.9s", shared + 100);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
