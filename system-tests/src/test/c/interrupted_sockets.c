/*
 * Ignored signals, many a second, while calls wait for a socket that has a time-out: each ends when
 * that is over, with what there is. interruptions.c has the commonest of these calls.
 */
#include "ignored_signals.h"
#include "sockets.h"

static char bytes[16];
static struct iovec vector = {bytes, sizeof bytes};

static void connections(void) {
  struct sockaddr_in address;
  int listener = bound_socket(SOCK_STREAM, &address);
  check(listen(listener, 0) == 0);
  limit_socket(listener, SO_RCVTIMEO);
  begin_wait();
  check_error(accept(listener, NULL, NULL), EAGAIN);
  fact("accept %s", punctual());
  int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0);
  limit_socket(second, SO_SNDTIMEO);
  check(connect(first, (struct sockaddr *)&address, sizeof address) == 0);
  begin_wait();
  check_error(connect(second, (struct sockaddr *)&address, sizeof address), EINPROGRESS);
  fact("connect %s", punctual());
  check(close(second) == 0 && close(first) == 0 && close(listener) == 0);
}

static void vectors(int socket) {
  struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};
  begin_wait();
  check_error(recvmsg(socket, &header, 0), EAGAIN);
  fact("recvmsg %s", punctual());
  begin_wait();
  check_error(readv(socket, &vector, 1), EAGAIN);
  fact("readv %s", punctual());
  begin_wait();
  check_error(preadv2(socket, &vector, 1, -1, 0), EAGAIN);
  fact("preadv2 %s", punctual());
}

/* The time-out that is an argument is looked at when a message has come, and stays if none has. */
static void many_messages(int socket, int peer) {
  struct timespec time = {.tv_sec = 100};
  struct mmsghdr messages[3];
  for (int i = 0; i < 3; i++) {
    messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &vector, .msg_iovlen = 1}};
  }
  begin_wait();
  check_error(recvmmsg(socket, messages, 1, 0, NULL), EAGAIN);
  fact("recvmmsg %s", punctual());
  begin_wait();
  check_error(recvmmsg(socket, messages, 3, 0, &time), EAGAIN);
  fact("recvmmsg with a time %s: %ld s left", punctual(), (long)time.tv_sec);
  begin_wait();
  check_error(recvmmsg(socket, messages, 3, MSG_WAITFORONE, NULL), EAGAIN);
  fact("recvmmsg for one %s", punctual());
  check(send(peer, "one", 3, 0) == 3);
  begin_wait();
  check(recvmmsg(socket, messages, 3, 0, &time) == 1 && messages[0].msg_len == 3);
  fact("recvmmsg of one %s: %ld s left", punctual(), (long)time.tv_sec);
  check(send(peer, "two", 3, 0) == 3 && send(peer, "three", 5, 0) == 5);
  begin_wait();
  check(recvmmsg(socket, messages, 3, 0, NULL) == 2 && messages[1].msg_len == 5);
  fact("recvmmsg of two %s", punctual());
  check_error(recv(socket, bytes, sizeof bytes, MSG_DONTWAIT), EAGAIN);
}

/*
 * Bytes that are sent with more to come are kept for a while by TCP, so the second of two messages
 * comes when the first has long been received: that makes the wait no shorter, and leaves no error
 * for the next call. When the time is over nothing more is waited for.
 */
static void later_messages(void) {
  struct sockaddr_in address;
  int listener = listening_socket(&address), client, server;
  connect_to_self(listener, &address, &client, &server);
  check(fcntl(server, F_SETFL, 0) == 0);
  struct iovec one = {bytes, 1}, other = {bytes + 1, 1};
  struct mmsghdr messages[2] = {{.msg_hdr = {.msg_iov = &one, .msg_iovlen = 1}},
                                {.msg_hdr = {.msg_iov = &other, .msg_iovlen = 1}}};
  check(send(client, "a", 1, 0) == 1);
  await_events(server, POLLIN);
  check(send(client, "b", 1, MSG_MORE) == 1);
  begin_wait();
  check(recvmmsg(server, messages, 2, 0, NULL) == 2 && memcmp(bytes, "ab", 2) == 0);
  fact("recvmmsg of a later one %s", punctual());
  check_error(recv(server, bytes, 1, MSG_DONTWAIT), EAGAIN);
  struct timespec brief = wait_time();
  check(send(client, "cd", 2, MSG_MORE) == 2);
  begin_wait();
  check(recvmmsg(server, messages, 2, 0, &brief) == 1 && bytes[0] == 'c');
  fact("recvmmsg of too late ones %s: %ld ns left", punctual(), brief.tv_nsec);
  check(recv(server, bytes, 1, MSG_DONTWAIT) == 1);
  check(close(client) == 0 && close(server) == 0 && close(listener) == 0);
}

static void splices(int socket, int peer) {
  int ends[2];
  check(pipe(ends) == 0);
  begin_wait();
  check_error(splice(socket, NULL, ends[1], NULL, 8, 0), EAGAIN);
  fact("splice %s", punctual());
  check(write(peer, "abcde", 5) == 5);
  check(splice(socket, NULL, ends[1], NULL, 2, 0) == 2);
  check(splice(socket, NULL, ends[1], NULL, 64, 0) == 3);
  begin_wait();
  check_error(splice(socket, NULL, ends[1], NULL, 1, 0), EAGAIN);
  fact("splice of one byte %s", punctual());
  while (send(socket, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
  }
  check(errno == EAGAIN);
  begin_wait();
  check_error(splice(ends[0], NULL, socket, NULL, 5, 0), EAGAIN);
  fact("splice to the socket %s", punctual());
  check(read(ends[0], bytes, sizeof bytes) == 5 && memcmp(bytes, "abcde", 5) == 0);
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void open_pair(int type, int *pair) {
  check(socketpair(AF_UNIX, type, 0, pair) == 0);
  limit_socket(pair[0], SO_RCVTIMEO);
  limit_socket(pair[0], SO_SNDTIMEO);
}

static void all(void) {
  int streams[2], datagrams[2];
  open_pair(SOCK_STREAM, streams);
  open_pair(SOCK_DGRAM, datagrams);
  step("connections");
  connections();
  step("vectors");
  vectors(streams[0]);
  step("many messages");
  many_messages(datagrams[0], datagrams[1]);
  later_messages();
  step("splices");
  splices(streams[0], streams[1]);
  for (int i = 0; i < 2; i++) {
    check(close(streams[i]) == 0 && close(datagrams[i]) == 0);
  }
}

static void body(void) { under_ignored_signals(all); }

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
