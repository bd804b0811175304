/*
 * A service that writes its pid to the file "pid" and says it. On each SIGUSR1 it says its pid again,
 * the thread's id, and whether signals come that it sends itself; on SIGHUP it aborts; on SIGTERM it
 * ends as by default. If LISTEN_PID is set it says whether that is itself, as sd_listen_fds(3) asks.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile sig_atomic_t came;

static void note(int signal) { came += signal == SIGUSR2; }

static void say(const char *text, long first, long second, long third) {
  char line[100];
  int length = snprintf(line, sizeof line, text, first, second, third);
  if (write(STDOUT_FILENO, line, length) != length) _exit(1);
}

int main(void) {
  struct rlimit no_core = {0, 0};
  sigset_t held;
  setrlimit(RLIMIT_CORE, &no_core);
  signal(SIGUSR2, note);
  sigemptyset(&held);
  sigaddset(&held, SIGUSR1);
  sigaddset(&held, SIGHUP);
  sigprocmask(SIG_BLOCK, &held, NULL);
  char text[20];
  int file = open("pid", O_CREAT | O_WRONLY | O_TRUNC, 0600);
  int length = snprintf(text, sizeof text, "%d\n", getpid());
  if (file < 0 || write(file, text, length) != length || close(file)) return 1;
  const char *listening = getenv("LISTEN_PID");
  if (listening) say("LISTEN_PID %ld\n", atol(listening) == getpid(), 0, 0);
  say("pid %ld\n", getpid(), 0, 0);
  for (;;) {
    int asked = sigwaitinfo(&held, NULL);
    if (asked == SIGHUP) abort();
    if (asked != SIGUSR1) continue;
    came = 0;
    int failures = !!raise(SIGUSR2) + !!kill(getpid(), SIGUSR2);
    say("pid %ld thread %ld signals %ld\n", getpid(), syscall(SYS_gettid), came - failures);
  }
}
