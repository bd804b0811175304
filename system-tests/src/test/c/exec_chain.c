/* exec: a program that replaces itself stage by stage, with what survives and what does not. */
#include <signal.h>
#include <sys/stat.h>

#include "steps.h"

static void handler(int signal) { (void)signal; }

/* Runs the next stage; the way of starting it differs by stage. */
static void next(const char *self, int stage) {
  char number[16];
  snprintf(number, sizeof number, "%d", stage + 1);
  char *arguments[] = {"exec_chain", "stage", number, (char *)self, NULL};
  setenv("STAGE", number, 1);
  check_error(execv("/missing/program", arguments), ENOENT);
  step("exec failed");
  if (stage == 1) {
    execl("/bin/sh", "sh", "-c", "exec \"$0\" stage 2 \"$0\"", self, NULL);
  } else if (stage == 2) {
    int descriptor = open(self, O_RDONLY | O_CLOEXEC);
    fexecve(descriptor, arguments, environ);
  } else {
    execv(self, arguments);
  }
  check(!"exec");
}

static void prepare(void) {
  int kept = open("kept", O_RDWR | O_CREAT | O_TRUNC, 0600);
  check(kept >= 0 && dup2(kept, 20) == 20 && dup3(kept, 21, O_CLOEXEC) == 21);
  check(close(kept) == 0);
  check(write(20, "written before exec", 19) == 19);
  struct sigaction action = {.sa_handler = handler}, ignore = {.sa_handler = SIG_IGN};
  check(sigaction(SIGUSR1, &action, NULL) == 0 && sigaction(SIGUSR2, &ignore, NULL) == 0);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGTRAP);
  check(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
}

static void inspect(int stage) {
  struct sigaction one, two;
  sigset_t mask;
  check(sigaction(SIGUSR1, NULL, &one) == 0 && sigaction(SIGUSR2, NULL, &two) == 0);
  check(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
  fact("stage %d: USR1 %s USR2 %s", stage, one.sa_handler == SIG_DFL ? "default" : "other",
       two.sa_handler == SIG_IGN ? "ignored" : "other");
  fact("blocked: HUP %d TRAP %d TERM %d", sigismember(&mask, SIGHUP), sigismember(&mask, SIGTRAP),
       sigismember(&mask, SIGTERM));
  fact("descriptor 20 %s, 21 %s", fcntl(20, F_GETFD) == 0 ? "open" : "closed",
       fcntl(21, F_GETFD) == 0 ? "open" : "closed");
  char text[32] = {0};
  check(pread(20, text, sizeof text, 0) == 19);
  fact("content %s, STAGE %s", text, getenv("STAGE") != NULL ? getenv("STAGE") : "unset");
}

int main(int argc, char **argv) {
  steps_begin();
  int stage = argc > 3 && strcmp(argv[1], "stage") == 0 ? atoi(argv[2]) : 0;
  static char self[4096];
  if (stage == 0) {
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    check(length > 0);
    self[length] = 0;
    prepare();
    step("stage 0");
    next(self, 0);
  }
  strcpy(self, argv[3]);
  inspect(stage);
  step("in the stage");
  if (stage < 4) {
    next(self, stage);
  }
  check(unlink("kept") == 0);
  step("end");
  fact("done");
  return 0;
}
