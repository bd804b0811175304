/* What signals do, and the cores, are the same when protection ends: here by unshare(2), of nothing. */
#include <sched.h>
#include <signal.h>
#include <sys/time.h>

#include "steps.h"

static volatile sig_atomic_t handled;

static void count(int signal) {
  (void)signal;
  handled++;
}

static void show(const char *field) {
  FILE *status = fopen("/proc/self/status", "r");
  check(status != NULL);
  char line[256];
  while (fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, field, strlen(field)) == 0) {
      line[strcspn(line, "\n")] = 0;
      fact("%s", line);
    }
  }
  fclose(status);
}

static void body(void) {
  sigset_t blocked, before, pending;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGSEGV);
  sigaddset(&blocked, SIGSYS);
  struct sigaction ignore = {.sa_handler = SIG_IGN}, handle = {.sa_handler = count}, shown;
  sigaddset(&handle.sa_mask, SIGTRAP);
  check(sigaction(SIGTRAP, &ignore, NULL) == 0);
  check(sigaction(SIGSEGV, &handle, NULL) == 0);
  check(sigaction(SIGSYS, &handle, NULL) == 0);
  check(sigprocmask(SIG_BLOCK, &blocked, &before) == 0);
  struct itimerval fast = {.it_interval = {.tv_usec = 300}, .it_value = {.tv_usec = 300}}, none = {0};
  check(signal(SIGALRM, SIG_IGN) != SIG_ERR && setitimer(ITIMER_REAL, &fast, NULL) == 0);
  handled = 0;
  for (int i = 0; i < 2; i++) {
    check(kill(getpid(), SIGSEGV) == 0);
    check(kill(getpid(), SIGSYS) == 0);
    check(kill(getpid(), SIGTRAP) == 0);
  }
  step("set");

  check(unshare(0) == 0);
  check(setitimer(ITIMER_REAL, &none, &fast) == 0);
  fact("ticked every %ld us", (long)fast.it_interval.tv_usec);
  show("Cpus_allowed_list");
  show("SigIgn");
  show("SigBlk");
  check(sigaction(SIGTRAP, NULL, &shown) == 0);
  fact("ignored: %d", shown.sa_handler == SIG_IGN);
  check(kill(getpid(), SIGTRAP) == 0);
  check(sigaction(SIGSEGV, NULL, &shown) == 0);
  fact("masks SIGTRAP: %d", sigismember(&shown.sa_mask, SIGTRAP));
  check(sigpending(&pending) == 0);
  fact("pending %d %d %d", sigismember(&pending, SIGSEGV), sigismember(&pending, SIGSYS),
       sigismember(&pending, SIGTRAP));
  check(handled == 0);
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
  fact("handled %d", handled);
  step("released");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
