/* poll, ppoll, select, pselect: events, time-outs, what is written back. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "steps.h"

enum { OFTEN = 500 };

/* An address where nothing can be mapped; volatile, so that the compiler does not know it. */
static void *volatile nowhere = (void *)16;

static void polls(int ends[2]) {
  struct pollfd wanted[3] = {{.fd = ends[0], .events = POLLIN},
                             {.fd = ends[1], .events = POLLOUT},
                             {.fd = -1, .events = POLLIN, .revents = 77}};
  int count = poll(wanted, 3, 0);
  fact("poll %d: %x %x %x", count, wanted[0].revents, wanted[1].revents, wanted[2].revents);
  check(write(ends[1], "x", 1) == 1);
  step("one byte in the pipe");
  struct timespec limit = {.tv_sec = 1};
  sigset_t mask;
  sigfillset(&mask);
  count = ppoll(wanted, 3, &limit, &mask);
  fact("ppoll %d: %x %x", count, wanted[0].revents, wanted[1].revents);
  wanted[0].fd = 350;
  check(poll(wanted, 1, 0) == 1);
  fact("closed descriptor: %x", wanted[0].revents);
  wanted[0].fd = ends[0];
  char byte;
  check(read(ends[0], &byte, 1) == 1);
  int64_t before = clock_nanos(CLOCK_MONOTONIC);
  check(poll(wanted, 1, 15) == 0);
  fact("waited %s", clock_nanos(CLOCK_MONOTONIC) - before >= 14000000 ? "yes" : "no");
  check_error(poll(nowhere, 1, 0), EFAULT);
}

static void selects(int ends[2]) {
  fd_set read_set, write_set;
  FD_ZERO(&read_set);
  FD_ZERO(&write_set);
  FD_SET(ends[0], &read_set);
  FD_SET(ends[1], &write_set);
  struct timeval limit = {.tv_sec = 3};
  int count = select(ends[1] + 1, &read_set, &write_set, NULL, &limit);
  fact("select %d: %d %d", count, !!FD_ISSET(ends[0], &read_set), !!FD_ISSET(ends[1], &write_set));
  feed(&limit, sizeof limit);
  fact("time left: %s", limit.tv_sec == 2 || limit.tv_sec == 3 ? "yes" : "no");
  check(write(ends[1], "x", 1) == 1);
  step("select and a byte");
  FD_ZERO(&read_set);
  FD_SET(ends[0], &read_set);
  struct timespec precise = {.tv_sec = 3};
  sigset_t mask;
  sigemptyset(&mask);
  count = pselect(ends[0] + 1, &read_set, NULL, NULL, &precise, &mask);
  fact("pselect %d: %d", count, !!FD_ISSET(ends[0], &read_set));
  char byte;
  check(read(ends[0], &byte, 1) == 1);
  limit = (struct timeval){.tv_usec = 20000};
  int64_t before = clock_nanos(CLOCK_MONOTONIC);
  check(select(ends[0] + 1, &read_set, NULL, NULL, &limit) == 0);
  fact("waited %s, left %ld", clock_nanos(CLOCK_MONOTONIC) - before >= 19000000 ? "yes" : "no",
       (long)limit.tv_usec);
  FD_SET(ends[0], &read_set);
  FD_SET(399, &read_set);
  check_error(select(400, &read_set, NULL, NULL, &limit), EBADF);
}

/* Many a call with a mask, so that a test can count how they were made. */
static void often(int ends[2]) {
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  check(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) == 0);
  sigset_t mask;
  sigemptyset(&mask);
  step("before");
  for (int i = 0; i < OFTEN; i++) {
    struct timespec none = {0};
    struct pollfd wanted = {.fd = ends[0], .events = POLLIN};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    check(ppoll(&wanted, 1, &none, &mask) == 0);
    check(pselect(ends[0] + 1, &set, NULL, NULL, &none, &mask) == 0);
    check(pselect(ends[0] + 1, &set, NULL, NULL, &none, NULL) == 0);
    check(epoll_pwait(epoll, &event, 1, 0, &mask) == 0);
  }
  step("after");
  check(close(epoll) == 0);
}

static void body(void) {
  static int round;
  int ends[2];
  check(pipe(ends) == 0);
  if (round++ == 0) often(ends);
  polls(ends);
  selects(ends);
  check(close(ends[1]) == 0);
  step("writer closed");
  fact("hang-up: %x", await_events(ends[0], POLLIN));
  check(close(ends[0]) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
