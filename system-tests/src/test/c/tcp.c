/* TCP: a conversation of the process with itself over the loopback interface. */
#include "sockets.h"

static void talk(int client, int server) {
  check(send(client, "hello ", 6, MSG_NOSIGNAL) == 6);
  struct iovec out[2] = {{"wor", 3}, {"ld", 2}};
  check(writev(client, out, 2) == 5);
  char text[64] = {0};
  read_fully(server, text, 11);
  fact("server read %s", text);
  step("request read");
  struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};
  check(sendmsg(server, &message, MSG_NOSIGNAL) == 5);
  await_events(client, POLLIN);
  memset(text, 0, sizeof text);
  ssize_t peeked = recv(client, text, 3, MSG_PEEK);
  fact("peeked %zd %s", peeked, text);
  char one[2] = {0}, two[32] = {0};
  struct iovec in[2] = {{one, 1}, {two, sizeof two}};
  struct msghdr received = {.msg_iov = in, .msg_iovlen = 2};
  ssize_t got = recvmsg(client, &received, 0);
  fact("recvmsg %zd %s%s flags %d", got, one, two, received.msg_flags);
  check_error(recv(client, text, 1, 0), EAGAIN);
  check(write(server, "ABCDEFGHIJ", 10) == 10);
  await_events(client, POLLIN);
  check(recv(client, NULL, 4, MSG_TRUNC) == 4);
  memset(text, 0, sizeof text);
  check(recvfrom(client, text, sizeof text, 0, NULL, NULL) == 6);
  fact("after discarding: %s", text);
}

static void names(int client, int server, const struct sockaddr_in *address) {
  struct sockaddr_in a, b;
  socklen_t length = sizeof a;
  check(getpeername(client, (struct sockaddr *)&a, &length) == 0);
  check(memcmp(&a, address, sizeof a) == 0);
  length = sizeof b;
  check(getsockname(client, (struct sockaddr *)&a, &length) == 0);
  check(getpeername(server, (struct sockaddr *)&b, &length) == 0);
  fact("both ends agree: %s", memcmp(&a, &b, sizeof a) == 0 ? "yes" : "no");
  length = 4;
  check(getsockname(server, (struct sockaddr *)&b, &length) == 0);
  fact("true length %u", length);
}

static void endings(int client, int server) {
  char text[8];
  check(shutdown(client, SHUT_WR) == 0);
  await_events(server, POLLIN | POLLRDHUP);
  check(read(server, text, sizeof text) == 0);
  step("half closed");
  check(write(server, "last", 4) == 4);
  read_fully(client, text, 4);
  fact("after the half close: %.4s", text);
  check(close(server) == 0);
  await_events(client, POLLIN);
  check(read(client, text, sizeof text) == 0);
  check_error(send(client, "x", 1, MSG_NOSIGNAL), EPIPE);
  check(close(client) == 0);
}

static void reset(int listener, const struct sockaddr_in *address) {
  int client, server;
  connect_to_self(listener, address, &client, &server);
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  check(setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0);
  check(close(client) == 0);
  int events = await_events(server, POLLIN);
  fact("reset seen: %s", (events & POLLERR) && (events & POLLHUP) ? "yes" : "no");
  char text[4];
  check_error(read(server, text, sizeof text), ECONNRESET);
  check(close(server) == 0);
  step("connection reset");
}

static void many(int listener, const struct sockaddr_in *address) {
  enum { CONNECTIONS = 30 };
  int client[CONNECTIONS], server[CONNECTIONS];
  for (int i = 0; i < CONNECTIONS; i++) {
    connect_to_self(listener, address, &client[i], &server[i]);
    check(dprintf(client[i], "message %d", i) > 0);
  }
  step("30 connections open");
  int right = 0;
  for (int i = CONNECTIONS - 1; i >= 0; i--) {
    char expected[32], text[32] = {0};
    int length = snprintf(expected, sizeof expected, "message %d", i);
    read_fully(server[i], text, length);
    right += strcmp(expected, text) == 0;
    check(close(server[i]) == 0 && close(client[i]) == 0);
  }
  fact("right messages %d", right);
}

static void body(void) {
  struct sockaddr_in address;
  int listener = listening_socket(&address);
  step("listening");
  check_error(accept(listener, NULL, NULL), EAGAIN);
  int client, server;
  connect_to_self(listener, &address, &client, &server);
  step("connected");
  talk(client, server);
  names(client, server, &address);
  endings(client, server);
  reset(listener, &address);
  many(listener, &address);
  check(close(listener) == 0);
  int late = socket(AF_INET, SOCK_STREAM, 0);
  check_error(connect(late, (struct sockaddr *)&address, sizeof address), ECONNREFUSED);
  check(close(late) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
