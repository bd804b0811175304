/*
 * A service that does what servers do with signals: says each one that it gets, once, in a line, and
 * ends with status 0 on SIGTERM. It waits as servers wait, in a call that the signal interrupts.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t pending[65];

static void note(int signal) { pending[signal]++; }

static void say(const char *line) {
  if (write(STDOUT_FILENO, line, strlen(line)) != (ssize_t)strlen(line)) {
    _exit(1);
  }
}

int main(void) {
  static const int handled[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2,
                                SIGCHLD, SIGWINCH, SIGTERM};
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  struct sigaction action = {.sa_handler = note, .sa_mask = all};
  sigprocmask(SIG_SETMASK, &all, NULL);
  for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
    sigaction(handled[i], &action, NULL);
  }
  say("ready\n");
  while (pending[SIGTERM] == 0) {
    ppoll(NULL, 0, NULL, &none);
    for (int signal = 1; signal < 65; signal++) {
      char line[32];
      for (; pending[signal] > 0; pending[signal]--) {
        if (signal == SIGTERM) {
          say("ends\n");
          return 0;
        }
        snprintf(line, sizeof line, "signal %d\n", signal);
        say(line);
      }
    }
  }
  return 0;
}
