/* epoll: level and edge triggered, one-shot, nested, with a mask and with a timeout. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "sockets.h"

static void watch(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data.u64 = data};
  check(epoll_ctl(epoll, operation, descriptor, &event) == 0);
}

/* Waits up to the limit and prints what came. */
static int show(int epoll, const char *when, int limit) {
  struct epoll_event events[8];
  int count = epoll_wait(epoll, events, 8, limit);
  fact("%s: %d", when, count);
  for (int i = 0; i < count; i++) {
    fact("  %llx %x", (unsigned long long)events[i].data.u64, events[i].events);
  }
  return count;
}

static void level(int epoll, int ends[2]) {
  watch(epoll, EPOLL_CTL_ADD, ends[0], EPOLLIN, 0x1111222233334444);
  show(epoll, "nothing yet", 0);
  check(write(ends[1], "abc", 3) == 3);
  step("level triggered, unread");
  show(epoll, "level", 1000);
  show(epoll, "level again", 1000);
  char text[8];
  check(read(ends[0], text, 8) == 3);
  show(epoll, "level after reading", 0);
}

static void edge(int epoll, int ends[2]) {
  char text[8];
  watch(epoll, EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET, 2);
  check(write(ends[1], "abc", 3) == 3);
  show(epoll, "edge", 1000);
  show(epoll, "edge again", 0);
  check(write(ends[1], "d", 1) == 1);
  step("edge triggered, unseen");
  show(epoll, "new edge", 1000);
  check(read(ends[0], text, 8) == 4);
  check(write(ends[1], "e", 1) == 1);
  show(epoll, "edge after reading", 1000);
  check(read(ends[0], text, 8) == 1);
}

static void one_shot(int epoll, int ends[2]) {
  char text[8];
  watch(epoll, EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 3);
  check(write(ends[1], "f", 1) == 1);
  step("one shot, not taken");
  show(epoll, "one shot", 1000);
  show(epoll, "one shot spent", 0);
  step("one shot, taken");
  show(epoll, "one shot still spent", 0);
  watch(epoll, EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 4);
  show(epoll, "one shot armed again", 1000);
  check(read(ends[0], text, 8) == 1);
  check(epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], NULL) == 0);
  check_error(epoll_ctl(epoll, EPOLL_CTL_DEL, ends[0], NULL), ENOENT);
}

static void variants(int epoll) {
  int counter = eventfd(0, EFD_NONBLOCK);
  watch(epoll, EPOLL_CTL_ADD, counter, EPOLLIN | EPOLLOUT, 5);
  struct epoll_event event;
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  int count = epoll_pwait(epoll, &event, 1, 1000, &mask);
  fact("epoll_pwait %d %x", count, event.events);
  struct timespec limit = {.tv_nsec = 5000000};
  watch(epoll, EPOLL_CTL_MOD, counter, EPOLLIN, 6);
  int64_t before = clock_nanos(CLOCK_MONOTONIC);
  count = syscall(SYS_epoll_pwait2, epoll, &event, 1, &limit, NULL, 8);
  int64_t waited = clock_nanos(CLOCK_MONOTONIC) - before;
  fact("epoll_pwait2 %d, waited %s", count == -1 && errno == ENOSYS ? 0 : count,
       waited >= 5000000 || count == -1 ? "yes" : "no");
  before = clock_nanos(CLOCK_MONOTONIC);
  show(epoll, "time-out", 20);
  fact("waited %s", clock_nanos(CLOCK_MONOTONIC) - before >= 19000000 ? "yes" : "no");
  int outer = epoll_create1(EPOLL_CLOEXEC);
  watch(outer, EPOLL_CTL_ADD, epoll, EPOLLIN, 7);
  check(eventfd_write(counter, 1) == 0);
  step("nested");
  show(outer, "outer", 1000);
  check_error(epoll_wait(epoll, &event, 0, 0), EINVAL);
  check_error(epoll_wait(counter, &event, 1, 0), EINVAL);
  check(close(outer) == 0 && close(counter) == 0);
}

static void server_loop(int epoll) {
  struct sockaddr_in address;
  int listener = listening_socket(&address), clients[10], echoed = 0;
  watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, listener);
  for (int i = 0; i < 10; i++) {
    clients[i] = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(clients[i], (struct sockaddr *)&address, sizeof address) == 0);
    check(write(clients[i], "echo me", 7) == 7);
  }
  step("ten clients wait");
  while (echoed < 10) {
    struct epoll_event events[4];
    int count = epoll_wait(epoll, events, 4, WAIT_LIMIT_MILLIS);
    check(count > 0);
    feed(events, count * sizeof *events);
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd == listener) {
        int server = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        check(server >= 0);
        watch(epoll, EPOLL_CTL_ADD, server, EPOLLIN | EPOLLRDHUP, server);
      } else {
        char text[16];
        check(read(events[i].data.fd, text, sizeof text) == 7);
        check(write(events[i].data.fd, text, 7) == 7);
        check(close(events[i].data.fd) == 0);
        echoed++;
      }
    }
    if (echoed == 5) {
      step("five echoed");
    }
  }
  for (int i = 0; i < 10; i++) {
    char text[16];
    read_fully(clients[i], text, 7);
    check(read(clients[i], text, 1) == 0);
    check(close(clients[i]) == 0);
  }
  check(close(listener) == 0);
  fact("echoed %d", echoed);
}

static void body(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC), ends[2];
  check(epoll >= 0 && pipe(ends) == 0);
  level(epoll, ends);
  edge(epoll, ends);
  one_shot(epoll, ends);
  variants(epoll);
  server_loop(epoll);
  check(close(epoll) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
