/* Writable shared memory without a file. */
#include <spawn.h>
#include <sys/wait.h>

#include "steps.h"

enum { SIZE = 16384 };

/* Such a child has the memory until it has its program, and leaves it alone. */
static void spawn(void) {
  char *arguments[] = {"/bin/true", NULL};
  pid_t child;
  int status;
  check(posix_spawn(&child, arguments[0], NULL, NULL, arguments, NULL) == 0);
  step("spawned");
  check(waitpid(child, &status, 0) == child);
  fact("status %d", status);
}

static void body(void) {
  char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(shared != MAP_FAILED);
  fill(shared, SIZE, 1);
  step("anonymous shared");
  feed(shared, SIZE);
  shared[1] = 'n';
  spawn();
  check(munmap(shared, SIZE) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
