// ftrun-launcher: the native beginnings of ftrun and of the service. Nothing here outlives an exec.
//
//   front       records what ftrun was given, then becomes the JVM
//   child       becomes the service, in exactly that context
//   recorded    the same, with the command's bytes as ftrun got them
//   environment prints the environment that a shell script was given
//   rehearse    a tiny program to rehearse a takeover on
#include "launcher.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// struct sigaction as rt_sigaction(2) takes it.
struct kernel_sigaction {
  void *handler;
  unsigned long flags;
  void *restorer;
  uint64_t mask;
};

uint64_t exchange_mask(uint64_t mask) {
  uint64_t old = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, sizeof mask);
  return old;
}

int is_ignored(int signal) {
  struct kernel_sigaction now = {0};
  return syscall(SYS_rt_sigaction, signal, NULL, &now, sizeof now.mask) == 0 && now.handler == (void *)SIG_IGN;
}

int set_disposition(int signal, int ignore) {
  struct kernel_sigaction wanted = {.handler = ignore ? (void *)SIG_IGN : (void *)SIG_DFL};
  return (int)syscall(SYS_rt_sigaction, signal, &wanted, NULL, sizeof wanted.mask);
}

int fail(const char *what) {
  fprintf(stderr, "ftrun: %s: %s\n", what, strerror(errno));
  return EXIT_FTRUN_FAILED;
}

void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes ? bytes : 1);
  if (!memory) exit(fail("cannot start"));
  return memory;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  if (strcmp(mode, "front") == 0) return front(argc - 2, argv + 2);
  if (strcmp(mode, "child") == 0) return child(argc - 2, argv + 2);
  if (strcmp(mode, "recorded") == 0) return recorded(argc - 2, argv + 2);
  if (strcmp(mode, "environment") == 0) return print_environment(argc - 2, argv + 2);
  if (strcmp(mode, "rehearse") == 0) return rehearse();
  fprintf(stderr, "ftrun: the launcher is started by ftrun itself, not by hand\n");
  return 2;
}
