/*
 * The calls of request loops, a step each, all by one instruction, so that no wrapper chooses
 * another number. Whoever counts stops between the steps sees which of them are answered in the
 * process.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "sockets.h"

enum { CALLS = 200, SIZE = 64, CONNECTIONS = 3 };

static int file, null_file, listener, pair[2], pipe_ends[2], epoll, event, timer;
static char sent[SIZE], got[SIZE];

#define call(...) syscall(__VA_ARGS__)

/* The expression's value, each time. */
#define often(name, expression, expected)                                     \
  do {                                                                        \
    for (int i = 0; i < CALLS; i++) {                                         \
      long result = (expression);                                             \
      if (result != (expected)) {                                             \
        fact("FAILED %s: %ld, errno %d", name, result, errno);                \
        _exit(77);                                                            \
      }                                                                       \
    }                                                                         \
    feed(got, SIZE);                                                          \
    step(name);                                                               \
  } while (0)

/* The results' difference, of calls that are made in this order. */
#define difference(first, second)                    \
  ({                                                 \
    long results[2];                                 \
    results[0] = (first);                            \
    results[1] = (second);                           \
    results[0] - results[1];                         \
  })

static struct iovec two[2] = {{sent, 10}, {sent + 10, SIZE - 10}};
static struct iovec into[2] = {{got, 30}, {got + 30, SIZE - 30}};
static struct msghdr out = {.msg_iov = two, .msg_iovlen = 2};
static struct msghdr in = {.msg_iov = into, .msg_iovlen = 2};

/* Through the pair. */
static long forth(void) { return call(SYS_write, pair[0], sent, SIZE); }
static long back(void) { return call(SYS_read, pair[1], got, SIZE); }

static void files(void) {
  often("pwrite64", call(SYS_pwrite64, file, sent, SIZE, 0L), SIZE);
  often("pread64", call(SYS_pread64, file, got, SIZE, 0L), SIZE);
  often("pwritev", call(SYS_pwritev, file, two, 2, 0L, 0L), SIZE);
  often("preadv", call(SYS_preadv, file, into, 2, 0L, 0L), SIZE);
  often("lseek", call(SYS_lseek, file, 0L, SEEK_SET), 0);
  often("write",
        difference(call(SYS_write, file, sent, SIZE), call(SYS_lseek, file, 0L, SEEK_SET)), SIZE);
  often("read", difference(call(SYS_lseek, file, 0L, SEEK_SET), call(SYS_read, file, got, SIZE)),
        -SIZE);
  often("writev", call(SYS_writev, null_file, two, 2), SIZE);
  often("readv", difference(call(SYS_lseek, file, 0L, SEEK_SET), call(SYS_readv, file, into, 2)),
        -SIZE);
  struct stat status;
  often("fstat", call(SYS_fstat, file, &status), 0);
  often("newfstatat", call(SYS_newfstatat, AT_FDCWD, "/dev/null", &status, 0), 0);
  feed_value(status.st_rdev);
  often("openat and close", call(SYS_close, call(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0)),
        0);
  often("umask", call(SYS_umask, call(SYS_umask, 077)) & 077, 077);
  often("fcntl",
        call(SYS_fcntl, null_file, F_SETFL, call(SYS_fcntl, null_file, F_GETFL)) +
            call(SYS_fcntl, null_file, F_SETFD, call(SYS_fcntl, null_file, F_GETFD)),
        0);
}

static void sockets(void) {
  often("sendto", difference(call(SYS_sendto, pair[0], sent, SIZE, 0, NULL, 0), back()), 0);
  often("recvfrom", difference(forth(), call(SYS_recvfrom, pair[1], got, SIZE, 0, NULL, NULL)), 0);
  often("sendmsg", difference(call(SYS_sendmsg, pair[0], &out, 0), back()), 0);
  often("recvmsg", difference(forth(), call(SYS_recvmsg, pair[1], &in, 0)), 0);
  struct mmsghdr outs = {.msg_hdr = out}, ins = {.msg_hdr = in};
  often("sendmmsg", difference(call(SYS_sendmmsg, pair[0], &outs, 1, 0) * SIZE, back()), 0);
  often("recvmmsg", difference(forth(), call(SYS_recvmmsg, pair[1], &ins, 1, 0, NULL) * SIZE), 0);
  long start = 0;
  often("sendfile", difference(call(SYS_sendfile, pair[0], file, &start, SIZE), back()), start = 0);
  often("splice",
        difference(difference(forth(), call(SYS_splice, pair[1], NULL, pipe_ends[1], NULL, SIZE, 0)),
                   call(SYS_splice, pipe_ends[0], NULL, null_file, NULL, SIZE, 0)),
        -SIZE);
  int off = 0;
  often("ioctl", call(SYS_ioctl, pair[0], FIONREAD, got) + call(SYS_ioctl, pair[0], FIONBIO, &off),
        0);
  int value = 0;
  socklen_t length = sizeof value;
  often("getsockopt", call(SYS_getsockopt, pair[0], SOL_SOCKET, SO_ERROR, &value, &length), 0);
  often("setsockopt", call(SYS_setsockopt, listener, IPPROTO_TCP, TCP_NODELAY, &value, sizeof value),
        0);
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  often("getsockname", call(SYS_getsockname, listener, &address, &size), 0);
  often("getpeername", (size = sizeof address, call(SYS_getpeername, pair[0], &address, &size)), 0);
  often("accept", call(SYS_accept, listener, NULL, NULL) + (errno != EAGAIN), -1);
  often("accept4", call(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC) + (errno != EAGAIN), -1);
  check(call(SYS_getsockname, listener, &address, &size) == 0);
  for (int i = 0; i < CONNECTIONS; i++) {
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(client >= 0 && connect(client, (struct sockaddr *)&address, sizeof address) == 0);
    await_events(listener, POLLIN);
    int server = (int)call(i & 1 ? SYS_accept4 : SYS_accept, listener, NULL, NULL, 0);
    check(server >= 0 && call(SYS_shutdown, client, SHUT_WR) == 0);
    await_events(server, POLLIN);
    check(call(SYS_read, server, got, SIZE) == 0);
    check(call(SYS_close, client) == 0 && call(SYS_close, server) == 0);
  }
  often("shutdown", call(SYS_shutdown, pair[0], SHUT_RD), 0);
}

static fd_set *only(int descriptor, fd_set *set) {
  FD_ZERO(set);
  FD_SET(descriptor, set);
  return set;
}

static void waits(void) {
  struct epoll_event wanted = {.events = EPOLLIN}, ready;
  struct pollfd one = {.fd = pair[0], .events = POLLOUT};
  struct timespec none = {0};
  fd_set set;
  uint64_t count = 1;
  often("epoll_ctl",
        difference(call(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, pair[0], &wanted),
                   call(SYS_epoll_ctl, epoll, EPOLL_CTL_DEL, pair[0], NULL)),
        0);
  often("epoll_wait", call(SYS_epoll_wait, epoll, &ready, 1, 0), 0);
  often("epoll_pwait", call(SYS_epoll_pwait, epoll, &ready, 1, 0, NULL, 8L), 0);
  often("poll", call(SYS_poll, &one, 1, -1), 1);
  often("ppoll", call(SYS_ppoll, &one, 1, &none, NULL, 8L), 1);
  struct timeval no_time = {0};
  often("select",
        call(SYS_select, pair[0] + 1, NULL, only(pair[0], &set), NULL, &no_time),
        1);
  often("pselect6",
        call(SYS_pselect6, pair[0] + 1, NULL, only(pair[0], &set), NULL, &none, NULL),
        1);
  often("eventfd", difference(call(SYS_write, event, &count, 8L), call(SYS_read, event, got, 8L)),
        0);
  struct itimerspec soon = {.it_value = {.tv_nsec = 1}, .it_interval = {.tv_nsec = 1000000}};
  check(timerfd_settime(timer, 0, &soon, NULL) == 0);
  for (int i = 0; i < 5; i++) {
    check(call(SYS_read, timer, got, 8L) == 8);
  }
  struct itimerspec never = {{0}, {0}};
  check(timerfd_settime(timer, 0, &never, NULL) == 0 && fcntl(timer, F_SETFL, O_NONBLOCK) == 0);
  often("timerfd", call(SYS_read, timer, got, 8L) + (errno != EAGAIN), -1);
}

static void times_and_names(void) {
  struct timespec now, moment = {.tv_nsec = 1};
  struct timeval day;
  long second = 0;
  often("clock_gettime", call(SYS_clock_gettime, CLOCK_MONOTONIC, &now), 0);
  feed_value(now.tv_nsec);
  often("gettimeofday", call(SYS_gettimeofday, &day, NULL), 0);
  feed_value(day.tv_usec);
  often("time", call(SYS_time, &second) == second, 1);
  feed_value(second);
  often("nanosleep", call(SYS_nanosleep, &moment, NULL), 0);
  often("clock_nanosleep", call(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &moment, NULL), 0);
  often("getpid and gettid", call(SYS_getpid) - call(SYS_gettid), 0);
  often("getppid", call(SYS_getppid) == getppid(), 1);
  often("users", call(SYS_getuid) + call(SYS_geteuid) + call(SYS_getgid) + call(SYS_getegid),
        (long)getuid() + geteuid() + getgid() + getegid());
  often("getrandom", call(SYS_getrandom, got, SIZE, 0), SIZE);
  struct utsname name;
  often("uname", call(SYS_uname, &name), 0);
}

static void body(void) {
  fill(sent, SIZE, 1);
  file = memfd_create("fast_calls", MFD_CLOEXEC);
  null_file = open("/dev/null", O_RDWR | O_CLOEXEC);
  struct sockaddr_in address;
  listener = listening_socket(&address);
  check(fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(pipe_ends) == 0);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  event = eventfd(0, 0);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  check(file >= 0 && null_file >= 0 && epoll >= 0 && event >= 0 && timer >= 0);
  step("begin");
  files();
  waits();
  times_and_names();
  sockets();
  int all[] = {file, null_file, listener, pair[0], pair[1], pipe_ends[0], pipe_ends[1],
               epoll, event, timer};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    check(close(all[i]) == 0);
  }
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
