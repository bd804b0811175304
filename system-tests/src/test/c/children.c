/* Child processes: fork, vfork, wait, pipes to them. They end protection as yet, unharmed. */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "steps.h"

static void forked(void) {
  int ends[2];
  check(pipe(ends) == 0);
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    if (write(ends[1], "from the child", 14) != 14) {
      _exit(1);
    }
    _exit(33);
  }
  char text[32] = {0};
  check(read(ends[0], text, sizeof text) == 14);
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("%s, status %d", text, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
  check_error(waitpid(-1, &status, 0), ECHILD);
}

static void killed(void) {
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    for (;;) {
      pause();
    }
  }
  check(kill(child, SIGTERM) == 0);
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("child died of %d", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
}

static void spawned(void) {
  char *arguments[] = {"sh", "-c", "echo words of the shell | tr a-z A-Z; exit 7", NULL};
  pid_t child;
  check(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ) == 0);
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("shell's status %d", WEXITSTATUS(status));
  check(posix_spawn(&child, "/missing", NULL, NULL, arguments, environ) == ENOENT);
}

static void body(void) {
  step("childless");
  forked();
  killed();
  step("in between");
  spawned();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
