/*
 * Ignored signals, many a second, while the process is blocked in calls: whoever traces a process
 * is told of signals that the kernel would otherwise drop, and the calls are interrupted by that.
 * The process must not see it: no EINTR, no short transfer, no time-out that comes early or never.
 */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "steps.h"

enum { WAIT_MILLIS = 60, LATE_MILLIS = 4000, PERIOD_MICROS = 3000 };

static struct timespec began;

static void start(void) { check(clock_gettime(CLOCK_MONOTONIC, &began) == 0); }

/* Not before its time, and not long after it. */
static const char *punctual(void) {
  struct timespec now;
  check(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
  long millis = (now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000;
  return millis < WAIT_MILLIS - 1 ? "early" : millis > LATE_MILLIS ? "late" : "in time";
}

static void waits(void) {
  int epoll = epoll_create1(0), event = eventfd(0, 0);
  struct epoll_event ready = {.events = EPOLLIN};
  check(epoll >= 0 && event >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, event, &ready) == 0);
  start();
  check(epoll_wait(epoll, &ready, 1, WAIT_MILLIS) == 0);
  fact("epoll_wait %s", punctual());
  sigset_t none;
  sigemptyset(&none);
  start();
  check(epoll_pwait(epoll, &ready, 1, WAIT_MILLIS, &none) == 0);
  fact("epoll_pwait %s", punctual());
  struct pollfd one = {.fd = event, .events = POLLIN};
  start();
  check(poll(&one, 1, WAIT_MILLIS) == 0);
  fact("poll %s", punctual());
  struct timespec time = {.tv_nsec = WAIT_MILLIS * 1000000};
  start();
  check(ppoll(&one, 1, &time, &none) == 0);
  fact("ppoll %s", punctual());
  fd_set set;
  FD_ZERO(&set);
  FD_SET(event, &set);
  struct timeval short_time = {.tv_usec = WAIT_MILLIS * 1000};
  start();
  check(select(event + 1, &set, NULL, NULL, &short_time) == 0);
  fact("select %s", punctual());
  FD_SET(event, &set);
  start();
  check(pselect(event + 1, &set, NULL, NULL, &time, &none) == 0);
  fact("pselect %s", punctual());
  close(event);
  close(epoll);
}

static void sleeps(void) {
  struct timespec time = {.tv_nsec = WAIT_MILLIS * 1000000}, until;
  start();
  check(nanosleep(&time, NULL) == 0);
  fact("nanosleep %s", punctual());
  start();
  check(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == 0);
  fact("clock_nanosleep %s", punctual());
  start();
  until = began;
  until.tv_nsec += WAIT_MILLIS * 1000000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0);
  fact("until %s", punctual());
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  check(sigprocmask(SIG_BLOCK, &wanted, NULL) == 0);
  start();
  check_error(sigtimedwait(&wanted, NULL, &time), EAGAIN);
  fact("sigtimedwait %s", punctual());
}

static void sockets(void) {
  int pair[2];
  char byte;
  struct timeval limit = {.tv_usec = WAIT_MILLIS * 1000};
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  check(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  check(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
  start();
  check_error(recv(pair[0], &byte, 1, 0), EAGAIN);
  fact("recv %s", punctual());
  start();
  check_error(read(pair[0], &byte, 1), EAGAIN);
  fact("read %s", punctual());
  static char much[4 << 20];
  start();
  ssize_t sent = send(pair[0], much, sizeof much, 0);
  check(sent > 0 && sent < (ssize_t)sizeof much);
  fact("send %s", punctual());
  ssize_t drained = 0, got;
  check(fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0);
  while ((got = read(pair[1], much, sizeof much)) > 0) {
    drained += got;
  }
  fact("all that was sent arrived: %s", drained == sent ? "yes" : "no");
  close(pair[0]);
  close(pair[1]);
}

static void body(void) {
  check(signal(SIGALRM, SIG_IGN) != SIG_ERR);
  struct itimerval storm = {{0, PERIOD_MICROS}, {0, PERIOD_MICROS}}, calm = {0};
  check(setitimer(ITIMER_REAL, &storm, NULL) == 0);
  step("waits");
  waits();
  step("sleeps");
  sleeps();
  step("sockets");
  sockets();
  check(setitimer(ITIMER_REAL, &calm, NULL) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
