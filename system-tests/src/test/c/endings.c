/* How a process ends: endings KIND, where KIND is exit, status, abort, term, segv or pipe. */
#include <signal.h>
#include <sys/resource.h>

#include "steps.h"

static void at_exit(void) { fact("at exit"); }

int main(int argc, char **argv) {
  steps_begin();
  struct rlimit no_core = {0, 0};
  check(setrlimit(RLIMIT_CORE, &no_core) == 0);
  atexit(at_exit);
  const char *kind = argc > 1 ? argv[1] : "exit";
  step("before the end");
  if (strcmp(kind, "exit") == 0) {
    fact("done");
    exit(0);
  } else if (strcmp(kind, "status") == 0) {
    fact("done");
    _exit(42);
  } else if (strcmp(kind, "abort") == 0) {
    fact("done");
    abort();
  } else if (strcmp(kind, "term") == 0) {
    fact("done");
    kill(getpid(), SIGTERM);
  } else if (strcmp(kind, "segv") == 0) {
    fact("done");
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  } else if (strcmp(kind, "pipe") == 0) {
    int ends[2];
    check(pipe(ends) == 0 && close(ends[0]) == 0);
    fact("done");
    check(write(ends[1], "x", 1) == 1);
  }
  fact("still here");
  return 75;
}
