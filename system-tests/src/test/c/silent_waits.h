/* Waits of every kind, which nothing but a signal ends: their descriptors stay silent. */
#ifndef SILENT_WAITS_H
#define SILENT_WAITS_H

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "steps.h"

enum { LONG_MILLIS = 100000000 };

static int pair[2], epoll, event;

static void open_silent(void) {
  struct epoll_event wanted = {.events = EPOLLIN};
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  epoll = epoll_create1(0);
  event = eventfd(0, 0);
  check(epoll >= 0 && event >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &wanted) == 0);
}

/* Waits; with the given mask, where the kind of wait has one. */
static int wait_by(int kind, const sigset_t *mask) {
  struct epoll_event got;
  struct pollfd wanted = {.fd = pair[0], .events = POLLIN};
  struct timespec time = {.tv_sec = LONG_MILLIS / 1000};
  struct timeval span = {.tv_sec = LONG_MILLIS / 1000};
  char byte;
  uint64_t value;
  fd_set set;
  FD_ZERO(&set);
  FD_SET(pair[0], &set);
  switch (kind) {
    case 0: return epoll_wait(epoll, &got, 1, -1);
    case 1: return poll(&wanted, 1, LONG_MILLIS);
    case 2: return select(pair[0] + 1, &set, NULL, NULL, &span);
    case 3: return ppoll(&wanted, 1, &time, mask);
    case 4: return epoll_pwait(epoll, &got, 1, LONG_MILLIS, mask);
    case 5: return nanosleep(&time, &time);
    case 6: return read(pair[0], &byte, 1);
    case 7: return recv(pair[0], &byte, 1, 0);
    case 8: return read(event, &value, sizeof value);
    case 9: return pause();
    default: return sigsuspend(mask);
  }
}

#endif
