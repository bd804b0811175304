/* A shared mapping of a file that is read at first and written to later: what is written must reach
   the file, once. It ends protection as yet, unharmed. */
#include "steps.h"

enum { SIZE = 16384 };

static void body(void) {
  int file = memfd_create("later", MFD_CLOEXEC);
  char content[SIZE];
  fill(content, SIZE, 1);
  check(write(file, content, SIZE) == SIZE);
  char *shared = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, file, 0);
  check(shared != MAP_FAILED && memcmp(shared, content, SIZE) == 0);
  char *own = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(own != MAP_FAILED && mprotect(own, SIZE, PROT_READ | PROT_WRITE) == 0);
  check(munmap(own, SIZE) == 0);
  step("read only");
  check(mprotect(shared, SIZE, PROT_READ | PROT_WRITE) == 0);
  fill(shared, SIZE, 2);
  step("written to");
  fill(shared + SIZE / 2, SIZE / 2, 3);
  check(pread(file, content, SIZE, 0) == SIZE);
  fact("file equals memory: %s", memcmp(content, shared, SIZE) == 0 ? "yes" : "no");
  feed(content, SIZE);
  check(munmap(shared, SIZE) == 0 && close(file) == 0);
  step("unmapped");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
