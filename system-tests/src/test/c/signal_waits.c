/*
 * Waits that nothing but a signal from outside ends: each is over once the signal has come, and
 * says so. A read that is restarted goes on, and ends by what the handler wrote.
 *
 *   signal_waits FIRST LAST
 */
#include "silent_waits.h"

enum { RESTARTED = 10 };

static int pipe_ends[2];
static volatile sig_atomic_t ticks, writes;

static void tick(int signal) {
  (void)signal;
  int saved = errno;
  ticks++;
  if (writes && write(pipe_ends[1], "t", 1) != 1) {
    _exit(75);
  }
  errno = saved;
}

static void restarted(void) {
  struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};
  char byte = 0;
  check(sigaction(SIGUSR1, &action, NULL) == 0);
  writes = 1;
  check(read(pipe_ends[0], &byte, 1) == 1 && byte == 't');
  writes = 0;
  action.sa_flags = 0;
  check(sigaction(SIGUSR1, &action, NULL) == 0);
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = tick};
  sigset_t winch;
  check(argc == 3);
  open_silent();
  check(pipe(pipe_ends) == 0);
  sigemptyset(&winch);
  sigaddset(&winch, SIGWINCH);
  check(sigaction(SIGUSR1, &action, NULL) == 0);
  for (int kind = atoi(argv[1]); kind <= atoi(argv[2]); kind++) {
    int before = ticks;
    fact("waits %d", kind);
    if (kind == RESTARTED) {
      restarted();
    } else {
      check_error(wait_by(kind, &winch), EINTR);
    }
    fact("ended %d by %d", kind, ticks - before);
  }
  return 0;
}
