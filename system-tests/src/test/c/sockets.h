/* Connections of a process to itself over the loopback interface. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "steps.h"

/* A socket bound to a free port of 127.0.0.1; its address is stored. */
static inline int bound_socket(int type, struct sockaddr_in *address) {
  int bound = socket(AF_INET, type, 0);
  check(bound >= 0);
  *address = (struct sockaddr_in){.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  check(bind(bound, (struct sockaddr *)address, sizeof *address) == 0);
  socklen_t length = sizeof *address;
  check(getsockname(bound, (struct sockaddr *)address, &length) == 0);
  check(length == sizeof *address && address->sin_port != 0);
  feed(address, sizeof *address);
  return bound;
}

static inline int listening_socket(struct sockaddr_in *address) {
  int listener = bound_socket(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address);
  check(listen(listener, 16) == 0);
  return listener;
}

/* Connects to a listener of our own and accepts the connection. Both ends are non-blocking. */
static inline void connect_to_self(int listener, const struct sockaddr_in *address, int *client,
                                   int *server) {
  *client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  check(*client >= 0);
  int result = connect(*client, (const struct sockaddr *)address, sizeof *address);
  check(result == 0 || errno == EINPROGRESS);
  await_events(*client, POLLOUT);
  int error = -1;
  socklen_t length = sizeof error;
  check(getsockopt(*client, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0);
  await_events(listener, POLLIN);
  struct sockaddr_in peer;
  length = sizeof peer;
  *server = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  check(*server >= 0 && length == sizeof peer && peer.sin_family == AF_INET);
  feed(&peer, sizeof peer);
}

/* Reads exactly length bytes from a non-blocking descriptor. */
static inline void read_fully(int descriptor, void *buffer, size_t length) {
  char *at = buffer;
  while (length > 0) {
    await_events(descriptor, POLLIN);
    ssize_t got = read(descriptor, at, length);
    check(got > 0);
    at += got;
    length -= got;
  }
}

/* Sends a descriptor, with a byte, over a socket of the machine's own. */
static inline void pass_descriptor(int over, int passed) {
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  memset(&control, 0, sizeof control);
  struct iovec out = {"d", 1};
  struct msghdr message = {.msg_iov = &out, .msg_iovlen = 1, .msg_control = control.space,
                           .msg_controllen = sizeof control.space};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &passed, sizeof passed);
  check(sendmsg(over, &message, 0) == 1);
}

#endif
