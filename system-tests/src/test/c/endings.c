/*
 * How a process ends: endings KIND. It exits, or dies of a signal that it sends to itself, or of
 * what its own code does.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "steps.h"

static void at_exit(void) { fact("at exit"); }

/* Not const: the compiler must not see what is done with them. */
static volatile int zero;
static int *volatile null;

/* A page of a file that ends before it. */
static void bus_error(void) {
  int file = memfd_create("empty", 0);
  check(file >= 0);
  volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0);
  check(page != MAP_FAILED);
  fact("done");
  feed_value(page[0]);
}

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
  } else if (strcmp(kind, "fault") == 0) {
    fact("done");
    *null = 1;
  } else if (strcmp(kind, "bus") == 0) {
    bus_error();
  } else if (strcmp(kind, "illegal") == 0) {
    fact("done");
    asm volatile("ud2");
  } else if (strcmp(kind, "division") == 0) {
    fact("done");
    // Not the operator: what it does by zero is for the compiler to choose.
    asm volatile("cltd; idivl %0" : : "m"(zero) : "eax", "edx");
  } else if (strcmp(kind, "pipe") == 0) {
    int ends[2];
    check(pipe(ends) == 0 && close(ends[0]) == 0);
    fact("done");
    check(write(ends[1], "x", 1) == 1);
  }
  fact("still here");
  return 75;
}
