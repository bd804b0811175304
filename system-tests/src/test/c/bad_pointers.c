/*
 * Memory that the kernel cannot use, sizes that it does not like: the error is the kernel's, and what
 * could not be delivered is still there.
 */
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "sockets.h"

#pragma GCC diagnostic ignored "-Wnonnull"
#pragma GCC diagnostic ignored "-Wstringop-overflow"

enum { PAGE = 4096 };

/* Two pages, then a hole, then a page that cannot be written. */
static char *memory, *hole, *constant;

static void told(const char *name, long result) {
  fact("%s: %ld%s%s", name, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
}

#define tell(call) (errno = 0, told(#call, (long)(call)))

static void left_in(const char *name, int descriptor) {
  int bytes = -1;
  check(ioctl(descriptor, FIONREAD, &bytes) == 0);
  fact("left in the %s: %d", name, bytes);
}

/* Input to bad memory, then to good memory. */
static void inputs(const char *name, int from, int to) {
  char *edge = hole - 3;
  for (int i = 0; i < 3; i++) {
    fact("%s, %d", name, i);
    check(write(to, "abcdefgh", 8) == 8);
    tell(read(from, hole, 8));
    left_in(name, from);
    tell(read(from, constant, 8));
    left_in(name, from);
    tell(read(from, NULL, 8));
    tell(read(from, (void *)-4096L, 8));
    tell(read(from, (void *)-4096L, 0));
    tell(read(from, hole, 0));
    tell(read(from, edge, 8));
    memset(edge, 0, 3);
    left_in(name, from);
    check(write(to, "ijkl", 4) == 4);
    memset(memory, 0, 64);
    tell(read(from, memory, 64));
    fact("%s", memory);
    check(write(to, "mn", 2) == 2);
    /* The kernel writes only what there is. */
    tell(read(from, hole - 2, 100));
    check(memcmp(hole - 2, "mn", 2) == 0);
    tell(write(to, hole, 5));
    tell(write(to, hole, 0));
    left_in(name, from);
  }
}

static void messages(int from, int to) {
  for (int i = 0; i < 3; i++) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    check(send(to, "abcdefgh", 8, 0) == 8);
    tell(recv(from, hole, 8, MSG_PEEK));
    tell(recv(from, hole, 8, 0));
    left_in("socket", from);
    tell(recvfrom(from, memory, 1, 0, (struct sockaddr *)&address, (socklen_t *)hole));
    left_in("socket", from);
    tell(recvfrom(from, memory, 1, 0, (struct sockaddr *)hole, &length));
    left_in("socket", from);
    tell(sendto(to, memory, 1, 0, (struct sockaddr *)hole, sizeof(struct sockaddr_in)));
    tell(send(to, hole, 1, MSG_NOSIGNAL));
    struct msghdr message = {.msg_iov = (struct iovec *)hole, .msg_iovlen = 1};
    tell(recvmsg(from, &message, 0));
    tell(recvmsg(from, (struct msghdr *)hole, 0));
    tell(sendmsg(to, (struct msghdr *)hole, 0));
    memset(memory, 0, 64);
    tell(recv(from, memory, 64, MSG_DONTWAIT));
    fact("%s", memory);
  }
}

static void names(int descriptor) {
  for (int i = 0; i < 3; i++) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address, tiny = 3, none = 0, negative = -1;
    int value = 0;
    tell(getsockname(descriptor, (struct sockaddr *)hole, &length));
    tell(getsockname(descriptor, (struct sockaddr *)&address, (socklen_t *)hole));
    tell(getsockname(descriptor, (struct sockaddr *)&address, &negative));
    tell(getsockname(descriptor, (struct sockaddr *)&address, &tiny));
    tell(getsockname(descriptor, (struct sockaddr *)hole, &none));
    tell(getsockname(descriptor, (struct sockaddr *)constant, &length));
    fact("lengths %u %u %u", length, tiny, none);
    tell(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, (socklen_t *)hole));
    tell(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, hole, &length));
    tell(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &negative));
    tiny = 1;
    tell(getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &value, &tiny));
    fact("type %d of %u bytes", value, tiny);
  }
}

static void waits(int epoll, int descriptor) {
  for (int i = 0; i < 3; i++) {
    struct pollfd *polled = (struct pollfd *)(hole - sizeof *polled);
    *polled = (struct pollfd){.fd = descriptor, .events = POLLOUT};
    tell(poll(polled, 1, 0));
    tell(poll(polled, 2, 0));
    tell(poll((struct pollfd *)hole, 1, 0));
    tell(poll((struct pollfd *)hole, 0, 0));
    tell(poll(polled, -1, 0));
    tell(poll((struct pollfd *)constant, 1, 0));
    tell(epoll_wait(epoll, (struct epoll_event *)hole, 1, 0));
    tell(epoll_wait(epoll, (struct epoll_event *)memory, 0, 0));
    tell(epoll_wait(epoll, (struct epoll_event *)memory, -1, 0));
    tell(epoll_wait(epoll, (struct epoll_event *)memory, 0x7fffffff, 0));
    tell(epoll_wait(epoll, (struct epoll_event *)memory, 1000, 0));
    tell(epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, (struct epoll_event *)hole));
    tell(syscall(SYS_select, 64, hole, NULL, NULL, NULL));
    tell(syscall(SYS_select, -1, memory, NULL, NULL, NULL));
    tell(syscall(SYS_select, 0, NULL, NULL, NULL, hole));
    tell(syscall(SYS_ppoll, polled, 1, hole, NULL, 8));
    tell(syscall(SYS_nanosleep, hole, NULL));
  }
}

static void plain(int file) {
  for (int i = 0; i < 3; i++) {
    tell(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, hole));
    tell(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, constant));
    tell(syscall(SYS_clock_gettime, CLOCK_REALTIME, NULL));
    tell(syscall(SYS_clock_gettime, 99, memory));
    tell(syscall(SYS_clock_gettime, -1, memory));
    tell(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, hole - 8));
    tell(syscall(SYS_gettimeofday, hole, NULL));
    tell(syscall(SYS_gettimeofday, memory, hole));
    tell(syscall(SYS_time, hole));
    tell(syscall(SYS_getrandom, hole, 8, 0));
    tell(syscall(SYS_getrandom, hole - 4, 8, 0));
    tell(syscall(SYS_getrandom, memory, 8, -1));
    tell(syscall(SYS_fstat, file, hole));
    tell(syscall(SYS_newfstatat, AT_FDCWD, hole, memory, 0));
    tell(syscall(SYS_uname, hole));
    tell(syscall(SYS_openat, AT_FDCWD, hole, O_RDONLY, 0));
  }
}

static void vectors(int from, int to) {
  static struct iovec many[1025];
  for (int i = 0; i < 1025; i++) {
    many[i] = (struct iovec){.iov_base = memory + i, .iov_len = 1};
  }
  for (int i = 0; i < 3; i++) {
    static const int counts[] = {0, 1, 63, 64, 65, 128, 1024, 1025, -1};
    fill(memory, 1025, i);
    for (unsigned j = 0; j < sizeof counts / sizeof *counts; j++) {
      tell(writev(to, many, counts[j]));
      tell(readv(from, many, counts[j] == 0 || counts[j] > 1024 ? 0 : counts[j]));
    }
    feed(memory, 1025);
    struct iovec two[2] = {{memory, 4}, {hole, 4}}, empty[3] = {{hole, 0}, {memory, 4}, {NULL, 0}};
    struct iovec negative[2] = {{memory, 4}, {memory, -1}};
    memcpy(memory, "abcdefgh", 9);
    tell(writev(to, two, 2));
    tell(writev(to, empty, 3));
    tell(writev(to, negative, 2));
    tell(writev(to, (struct iovec *)hole, 2));
    tell(readv(from, (struct iovec *)hole, 2));
    tell(readv(from, negative, 2));
    tell(readv(from, two, 2));
    left_in("pipe", from);
    check(write(to, "0123456789", 10) == 10);
    tell(readv(from, two, 2));
    left_in("pipe", from);
    tell(readv(from, empty, 3));
    tell(read(from, memory, 100));
  }
}

static void sizes(int from, int to, int file) {
  for (int i = 0; i < 3; i++) {
    check(write(to, "abc", 3) == 3);
    tell(read(from, memory, INT64_MAX));
    check(write(to, "abc", 3) == 3);
    tell(read(from, memory, 0x40000000));
    tell(read(from, memory, -1));
    tell(read(from, memory, 0));
    tell(write(to, memory, 0));
    tell(write(to, memory, INT64_MAX));
    tell(write(to, memory, -1));
    left_in("pipe", from);
    tell(pwrite(file, "xyz", 3, 0));
    tell(pread(file, memory, INT64_MAX, 0));
    tell(pread(file, memory, 3, -1));
    tell(pread(file, hole, 3, 0));
    tell(pread(file, hole - 2, 3, 0));
    tell(pread(file, hole, 3, 100));
    tell(read(-1, hole, 3));
    tell(read(9999, memory, 3));
    while (read(from, memory, 8192) > 0) {
    }
  }
}

static void body(void) {
  memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(memory != MAP_FAILED && munmap(memory + 2 * PAGE, PAGE) == 0);
  hole = memory + 2 * PAGE;
  constant = memory + 3 * PAGE;
  check(mprotect(constant, PAGE, PROT_READ) == 0);
  int ends[2], unix_pair[2], datagrams[2], epoll = epoll_create1(0);
  check(pipe2(ends, O_NONBLOCK) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, unix_pair) == 0);
  check(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, datagrams) == 0);
  struct epoll_event event = {.events = EPOLLOUT};
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, unix_pair[0], &event) == 0);
  int file = open(".", O_TMPFILE | O_RDWR, 0600);
  check(file >= 0);
  step("begin");
  inputs("pipe", ends[0], ends[1]);
  step("pipe");
  inputs("socket", unix_pair[0], unix_pair[1]);
  step("socket");
  messages(unix_pair[0], unix_pair[1]);
  messages(datagrams[0], datagrams[1]);
  step("messages");
  names(unix_pair[0]);
  step("names");
  waits(epoll, unix_pair[0]);
  step("waits");
  plain(file);
  step("plain");
  vectors(ends[0], ends[1]);
  step("vectors");
  sizes(ends[0], ends[1], file);
  for (int i = 0; i < 2; i++) {
    check(close(ends[i]) == 0 && close(unix_pair[i]) == 0 && close(datagrams[i]) == 0);
  }
  check(close(epoll) == 0 && close(file) == 0);
  check(munmap(memory, 2 * PAGE) == 0 && munmap(constant, PAGE) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
