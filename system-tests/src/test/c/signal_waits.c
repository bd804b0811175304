/*
 * Waits that nothing but a signal from outside ends: each is over once the signal has come, and
 * says so. A read that is restarted goes on, and ends by what the handler wrote.
 *
 *   signal_waits FIRST LAST
 */
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "steps.h"

enum { RESTARTED = 10, LONG_MILLIS = 100000000 };

static int pipe_ends[2], pair[2], epoll, event;
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

static int wait_by(int kind) {
  struct epoll_event got;
  struct pollfd wanted = {.fd = pair[0], .events = POLLIN};
  struct timespec time = {.tv_sec = LONG_MILLIS / 1000};
  struct timeval span = {.tv_sec = LONG_MILLIS / 1000};
  sigset_t none, winch;
  char byte;
  uint64_t value;
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pair[0], &set);
  sigemptyset(&none);
  sigemptyset(&winch);
  sigaddset(&winch, SIGWINCH);
  switch (kind) {
    case 0: return epoll_wait(epoll, &got, 1, -1);
    case 1: return poll(&wanted, 1, LONG_MILLIS);
    case 2: return select(pair[0] + 1, &set, NULL, NULL, &span);
    case 3: return ppoll(&wanted, 1, &time, &winch);
    case 4: return epoll_pwait(epoll, &got, 1, LONG_MILLIS, &winch);
    case 5: return nanosleep(&time, NULL);
    case 6: return read(pair[0], &byte, 1);
    case 7: return recv(pair[0], &byte, 1, 0);
    case 8: return read(event, &value, sizeof value);
    case 9: return sigsuspend(&none);
    default: return pause();
  }
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
  struct epoll_event wanted = {.events = EPOLLIN};
  check(argc == 3);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(pipe_ends) == 0);
  epoll = epoll_create1(0);
  event = eventfd(0, 0);
  check(epoll >= 0 && event >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &wanted) == 0);
  check(sigaction(SIGUSR1, &action, NULL) == 0);
  for (int kind = atoi(argv[1]); kind <= atoi(argv[2]); kind++) {
    int before = ticks;
    fact("waits %d", kind);
    if (kind == RESTARTED) {
      restarted();
    } else {
      check_error(wait_by(kind), EINTR);
    }
    fact("ended %d by %d", kind, ticks - before);
  }
  return 0;
}
