/* A thread other than the first replaces the program: ends protection, and must not be harmed. */
#include "threads.h"

static void *replaces(void *argument) {
  char **argv = argument;
  execl("/proc/self/exe", argv[0], "again", NULL);
  check(0);
  return NULL;
}

int main(int argc, char **argv) {
  steps_begin();
  if (argc > 1 && strcmp(argv[1], "again") == 0) {
    step("replaced");
    fact("done");
    return 0;
  }
  step("alone");
  start(replaces, argv);
  while (1) {
    pause();
  }
}
