/* hold_thread TID: stops a thread of another process where it waits for its tracees, says "held", and lets it go when
 * its input ends or brings a line. Anywhere else the thread could hold a lock, or be what all threads of its JVM wait
 * for at a safepoint. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

static int failed(void) {
  perror("hold_thread");
  return 1;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: hold_thread TID\n");
    return 2;
  }
  pid_t thread = atoi(arguments[1]);
  if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0) {
    return failed();
  }
  for (int i = 0; i < 10000; i++) {
    struct user_regs_struct registers;
    int status;
    if (ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0 || waitpid(thread, &status, __WALL) != thread ||
        ptrace(PTRACE_GETREGS, thread, 0, &registers) != 0) {
      return failed();
    }
    if (registers.orig_rax == SYS_wait4 || registers.orig_rax == SYS_waitid) {
      puts("held");
      fflush(stdout);
      getchar();
      return ptrace(PTRACE_DETACH, thread, 0, 0) != 0;
    }
    if (ptrace(PTRACE_CONT, thread, 0, 0) != 0) {
      return failed();
    }
    struct timespec moment = {.tv_nsec = 100000 + i % 10 * 10000};
    nanosleep(&moment, 0);
  }
  puts("never met in wait4 or waitid");
  return 1;
}
