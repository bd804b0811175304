/*
 * Ignored signals, many a second, while the process is blocked in calls: whoever traces a process
 * is told of signals that the kernel would otherwise drop, and the calls are interrupted by that.
 * The process must not see it: no EINTR, no short transfer, no time-out that comes early or never.
 */
#include <linux/futex.h>
#include <mqueue.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/sem.h>

#include "ignored_signals.h"

static void waits(void) {
  int epoll = epoll_create1(0), event = eventfd(0, 0);
  struct epoll_event ready = {.events = EPOLLIN};
  check(epoll >= 0 && event >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, event, &ready) == 0);
  begin_wait();
  check(epoll_wait(epoll, &ready, 1, WAIT_MILLIS) == 0);
  fact("epoll_wait %s", punctual());
  sigset_t none;
  sigemptyset(&none);
  begin_wait();
  check(epoll_pwait(epoll, &ready, 1, WAIT_MILLIS, &none) == 0);
  fact("epoll_pwait %s", punctual());
  struct pollfd one = {.fd = event, .events = POLLIN};
  begin_wait();
  check(poll(&one, 1, WAIT_MILLIS) == 0);
  fact("poll %s", punctual());
  struct timespec time = wait_time();
  begin_wait();
  check(ppoll(&one, 1, &time, &none) == 0);
  fact("ppoll %s", punctual());
  fd_set set;
  FD_ZERO(&set);
  FD_SET(event, &set);
  struct timeval short_time = {.tv_usec = WAIT_MILLIS * 1000};
  begin_wait();
  check(select(event + 1, &set, NULL, NULL, &short_time) == 0);
  fact("select %s", punctual());
  FD_SET(event, &set);
  begin_wait();
  check(pselect(event + 1, &set, NULL, NULL, &time, &none) == 0);
  fact("pselect %s", punctual());
  begin_wait();
  /* Linux 5.11 and later have it. */
  if (syscall(SYS_epoll_pwait2, epoll, &ready, 1, &time, NULL, 8) == 0) {
    fact("epoll_pwait2 %s", punctual());
  } else {
    check(errno == ENOSYS);
    fact("no epoll_pwait2");
  }
  close(event);
  close(epoll);
}

/* When a wait that begins now is over, by a clock. */
static struct timespec end_by(clockid_t clock) {
  struct timespec end;
  check(clock_gettime(clock, &end) == 0);
  end.tv_nsec += WAIT_MILLIS * 1000000;
  end.tv_sec += end.tv_nsec / 1000000000;
  end.tv_nsec %= 1000000000;
  return end;
}

static void sleeps(void) {
  struct timespec time = wait_time(), until;
  begin_wait();
  check(nanosleep(&time, NULL) == 0);
  fact("nanosleep %s", punctual());
  begin_wait();
  check(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == 0);
  fact("clock_nanosleep %s", punctual());
  begin_wait();
  until = end_by(CLOCK_MONOTONIC);
  check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0);
  fact("until %s", punctual());
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  check(sigprocmask(SIG_BLOCK, &wanted, NULL) == 0);
  begin_wait();
  check_error(sigtimedwait(&wanted, NULL, &time), EAGAIN);
  fact("sigtimedwait %s", punctual());
}

static void futexes(void) {
  uint32_t word = 0;
  struct timespec time = wait_time();
  begin_wait();
  check_error(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &time, NULL, 0), ETIMEDOUT);
  fact("futex %s", punctual());
  begin_wait();
  time = end_by(CLOCK_MONOTONIC);
  check_error(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, &time, NULL, 1), ETIMEDOUT);
  fact("futex by a clock %s", punctual());
}

static void queues(void) {
  struct timespec time = wait_time();
  struct sembuf down = {.sem_op = -1};
  int semaphore = semget(IPC_PRIVATE, 1, 0600);
  check(semaphore >= 0);
  begin_wait();
  check_error(semtimedop(semaphore, &down, 1, &time), EAGAIN);
  fact("semtimedop %s", punctual());
  check(semctl(semaphore, 0, IPC_RMID) == 0);
  char name[40], message[8];
  snprintf(name, sizeof name, "/interruptions-%d", getpid());
  struct mq_attr one = {.mq_maxmsg = 1, .mq_msgsize = sizeof message};
  mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &one);
  if (queue == -1) {
    check(errno == ENOSYS);
    fact("no message queues of POSIX");
    return;
  }
  check(mq_unlink(name) == 0);
  begin_wait();
  time = end_by(CLOCK_REALTIME);
  check_error(mq_timedreceive(queue, message, sizeof message, NULL, &time), ETIMEDOUT);
  fact("mq_timedreceive %s", punctual());
  check(mq_send(queue, "message", sizeof message, 0) == 0);
  begin_wait();
  time = end_by(CLOCK_REALTIME);
  check_error(mq_timedsend(queue, "another", sizeof message, 0, &time), ETIMEDOUT);
  fact("mq_timedsend %s", punctual());
  check(mq_close(queue) == 0);
}

static void sockets(void) {
  int pair[2];
  char byte;
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  limit_socket(pair[0], SO_RCVTIMEO);
  limit_socket(pair[0], SO_SNDTIMEO);
  begin_wait();
  check_error(recv(pair[0], &byte, 1, 0), EAGAIN);
  fact("recv %s", punctual());
  begin_wait();
  check_error(read(pair[0], &byte, 1), EAGAIN);
  fact("read %s", punctual());
  static char much[4 << 20];
  begin_wait();
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

static void all(void) {
  step("waits");
  waits();
  step("sleeps");
  sleeps();
  step("futexes");
  futexes();
  step("queues");
  queues();
  step("sockets");
  sockets();
}

static void body(void) { under_ignored_signals(all); }

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
