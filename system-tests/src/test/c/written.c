/*
 * Hands the same bytes to the kernel again and again, by one kind of call:
 *
 *   written write|pwrite64|writev|pwritev2|sendto|sendmsg|sendmmsg|setsockopt|access|poll
 *
 * Half-way it names their address in a call that changes nothing: there a test may have a replica's
 * copy of them changed.
 */
#include "steps.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { TIMES = 500, BYTES = 3000, PAGE = 4096 };

static _Alignas(PAGE) char bytes[PAGE];
static char received[PAGE];
static int null, pair[2];

static struct iovec parts[2] = {{bytes, 1000}, {bytes + 1000, BYTES - 1000}};

static ssize_t hand_over(const char *kind) {
  struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = parts, .msg_iovlen = 2}},
                                {.msg_hdr = {.msg_iov = parts, .msg_iovlen = 1}}};
  if (strcmp(kind, "write") == 0) return write(null, bytes, BYTES);
  if (strcmp(kind, "pwrite64") == 0) return pwrite(null, bytes, BYTES, 7);
  if (strcmp(kind, "writev") == 0) return writev(null, parts, 2);
  if (strcmp(kind, "pwritev2") == 0) return pwritev2(null, parts, 2, 7, 0);
  if (strcmp(kind, "sendto") == 0) return send(pair[0], bytes, BYTES, 0);
  if (strcmp(kind, "sendmsg") == 0) return sendmsg(pair[0], &messages[0].msg_hdr, 0);
  if (strcmp(kind, "sendmmsg") == 0) return sendmmsg(pair[0], messages, 2, 0);
  if (strcmp(kind, "access") == 0) return access(bytes, F_OK) == -1 && errno == ENOENT ? 0 : -1;
  if (strcmp(kind, "poll") == 0) return poll((struct pollfd *)bytes, 1, 0);
  /* SO_SNDBUF takes any size. */
  return setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, bytes, sizeof(int));
}

static void hand_over_often(const char *kind) {
  for (int i = 0; i < TIMES; i++) {
    check(hand_over(kind) >= 0);
    ssize_t length;
    while ((length = recv(pair[1], received, sizeof received, MSG_DONTWAIT)) > 0) {
      check(memcmp(received, bytes, length) == 0);
    }
  }
}

int main(int argc, char **argv) {
  check(argc == 2);
  steps_begin();
  fill(bytes, sizeof bytes, 42);
  memset(bytes, 1, sizeof(int));
  null = open("/dev/null", O_WRONLY);
  check(null >= 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
  hand_over_often(argv[1]);
  step("handed over");
  check(madvise(bytes, PAGE, MADV_NORMAL) == 0);
  hand_over_often(argv[1]);
  step("handed over again");
  fact("done");
  return 0;
}
