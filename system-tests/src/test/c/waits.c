/*
 * Waits with a time-out that go over the death of the process, or over an interruption that it must
 * not see: what is left of the time is written back, and a socket's time-out ends on time.
 */
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#include "steps.h"

enum { LONG_SECONDS = 100, READY_MILLIS = 1500, LIMIT_MILLIS = 1500, SIGNAL_MILLIS = 1000 };

static int64_t began;

/* Says that a wait begins; who reads it may kill the process now. */
static int begin(const char *name) {
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec once = {.it_value = {READY_MILLIS / 1000, READY_MILLIS % 1000 * 1000000}};
  check(timer >= 0 && timerfd_settime(timer, 0, &once, NULL) == 0);
  began = clock_nanos(CLOCK_MONOTONIC);
  fact("waiting in %s", name);
  return timer;
}

/* What is left of the time-out and what has passed are the whole, but for a moment. */
static void end(const char *name, int timer, int64_t left) {
  int64_t passed = clock_nanos(CLOCK_MONOTONIC) - began;
  int64_t missing = LONG_SECONDS * 1000000000LL - left - passed;
  fact("%s: %s", name, missing > 500000000 || missing < -500000000 ? "stale" : "what is left");
  check(close(timer) == 0);
}

static void descriptors(void) {
  fd_set set;
  int timer = begin("select");
  FD_ZERO(&set);
  FD_SET(timer, &set);
  struct timeval time = {.tv_sec = LONG_SECONDS};
  check(select(timer + 1, &set, NULL, NULL, &time) == 1);
  end("select", timer, time.tv_sec * 1000000000LL + time.tv_usec * 1000);

  timer = begin("pselect6");
  FD_ZERO(&set);
  FD_SET(timer, &set);
  struct timespec exact = {.tv_sec = LONG_SECONDS};
  check(syscall(SYS_pselect6, timer + 1, &set, NULL, NULL, &exact, NULL) == 1);
  end("pselect6", timer, exact.tv_sec * 1000000000LL + exact.tv_nsec);

  timer = begin("ppoll");
  struct pollfd one = {.fd = timer, .events = POLLIN};
  exact = (struct timespec){.tv_sec = LONG_SECONDS};
  check(syscall(SYS_ppoll, &one, 1, &exact, NULL, 8) == 1);
  end("ppoll", timer, exact.tv_sec * 1000000000LL + exact.tv_nsec);
}

/* What has been received when the process dies counts, and no error is left for the next call. */
static void messages(void) {
  int pair[2];
  char bytes[2];
  struct iovec vectors[2] = {{bytes, 1}, {bytes + 1, 1}};
  struct mmsghdr headers[2] = {{.msg_hdr = {.msg_iov = vectors, .msg_iovlen = 1}},
                               {.msg_hdr = {.msg_iov = vectors + 1, .msg_iovlen = 1}}};
  struct timeval limit = {LIMIT_MILLIS / 1000, LIMIT_MILLIS % 1000 * 1000};
  check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
  check(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  check(write(pair[1], "a", 1) == 1);
  fact("waiting in recvmmsg");
  check(recvmmsg(pair[0], headers, 2, 0, NULL) == 1 && headers[0].msg_len == 1);
  check(bytes[0] == 'a');
  check_error(recv(pair[0], bytes, 1, MSG_DONTWAIT), EAGAIN);
  fact("recvmmsg: what has come");
  close(pair[0]);
  close(pair[1]);
}

static const char *punctual(void) {
  int64_t millis = (clock_nanos(CLOCK_MONOTONIC) - began) / 1000000;
  return millis < LIMIT_MILLIS - 1 ? "early" : millis > 2 * LIMIT_MILLIS - 600 ? "late" : "on time";
}

/* An ignored signal comes once, well after the beginning. */
static void begin_limited(void) {
  struct itimerval once = {.it_value = {SIGNAL_MILLIS / 1000, SIGNAL_MILLIS % 1000 * 1000}};
  check(setitimer(ITIMER_REAL, &once, NULL) == 0);
  began = clock_nanos(CLOCK_MONOTONIC);
}

static void sockets(void) {
  static char much[4 << 20];
  int pair[2];
  char byte;
  struct timeval limit = {LIMIT_MILLIS / 1000, LIMIT_MILLIS % 1000 * 1000};
  check(signal(SIGALRM, SIG_IGN) != SIG_ERR);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  check(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  check(setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
  begin_limited();
  check_error(read(pair[0], &byte, 1), EAGAIN);
  fact("read ends %s", punctual());
  begin_limited();
  check_error(recv(pair[0], &byte, 1, 0), EAGAIN);
  fact("recv ends %s", punctual());
  check(write(pair[1], "abc", 3) == 3);
  begin_limited();
  check(recv(pair[0], much, 10, MSG_WAITALL) == 3 && memcmp(much, "abc", 3) == 0);
  fact("recv of all ends %s", punctual());
  begin_limited();
  ssize_t sent = send(pair[0], much, sizeof much, 0);
  check(sent > 0 && sent < (ssize_t)sizeof much);
  fact("send ends %s", punctual());
  begin_limited();
  check_error(write(pair[0], much, sizeof much), EAGAIN);
  fact("write ends %s", punctual());
  close(pair[0]);
  close(pair[1]);
}

int main(void) {
  steps_begin();
  step("begin");
  descriptors();
  messages();
  step("sockets");
  sockets();
  step("end");
  fact("done");
  return 0;
}
