/* Socket options of TCP sockets: set, shown, kept over a takeover; TCP_INFO; IPv6. */
#include "sockets.h"

static int option(int socket, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  check(getsockopt(socket, level, name, &value, &length) == 0);
  feed_value(value);
  return value;
}

static void turn_on(int socket, int level, int name, int value) {
  check(setsockopt(socket, level, name, &value, sizeof value) == 0);
}

static void show(int socket) {
  fact("type %d domain %d protocol %d", option(socket, SOL_SOCKET, SO_TYPE),
       option(socket, SOL_SOCKET, SO_DOMAIN), option(socket, SOL_SOCKET, SO_PROTOCOL));
  fact("reuse %d keepalive %d nodelay %d", option(socket, SOL_SOCKET, SO_REUSEADDR),
       option(socket, SOL_SOCKET, SO_KEEPALIVE), option(socket, IPPROTO_TCP, TCP_NODELAY));
  fact("idle %d tos %d", option(socket, IPPROTO_TCP, TCP_KEEPIDLE), option(socket, IPPROTO_IP, IP_TOS));
  struct timeval limit;
  socklen_t length = sizeof limit;
  check(getsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, &length) == 0);
  fact("receive limit %ld ms", (long)(limit.tv_sec * 1000 + limit.tv_usec / 1000));
}

static void ipv6(void) {
  int listener = socket(AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0) {
    fact("no IPv6");
    return;
  }
  socklen_t length = sizeof address;
  check(getsockname(listener, (struct sockaddr *)&address, &length) == 0 && length == sizeof address);
  check(listen(listener, 1) == 0);
  int client = socket(AF_INET6, SOCK_STREAM, 0);
  check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  step("IPv6 connected");
  struct sockaddr_in6 peer;
  length = sizeof peer;
  int server = accept(listener, (struct sockaddr *)&peer, &length);
  check(server >= 0 && length == sizeof peer);
  char text[INET6_ADDRSTRLEN];
  check(inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof text) != NULL);
  fact("peer %s", text);
  check(write(client, "six", 3) == 3 && read(server, text, sizeof text) == 3);
  check(close(client) == 0 && close(server) == 0 && close(listener) == 0);
}

static void body(void) {
  struct sockaddr_in address;
  int listener = listening_socket(&address);
  fact("listens %d", option(listener, SOL_SOCKET, SO_ACCEPTCONN));
  turn_on(listener, SOL_SOCKET, SO_REUSEADDR, 1);
  int client, server;
  connect_to_self(listener, &address, &client, &server);
  turn_on(server, SOL_SOCKET, SO_KEEPALIVE, 1);
  turn_on(server, IPPROTO_TCP, TCP_NODELAY, 1);
  turn_on(server, IPPROTO_TCP, TCP_KEEPIDLE, 77);
  turn_on(server, IPPROTO_IP, IP_TOS, 16);
  turn_on(server, SOL_SOCKET, SO_SNDBUF, 65536);
  turn_on(server, SOL_SOCKET, SO_RCVBUF, 65536);
  struct timeval limit = {.tv_usec = 30000};
  check(setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  step("options set");
  show(server);
  check(option(server, SOL_SOCKET, SO_SNDBUF) >= 65536);
  check(fcntl(server, F_SETFL, fcntl(server, F_GETFL) & ~O_NONBLOCK) == 0);
  int64_t before = clock_nanos(CLOCK_MONOTONIC);
  char byte;
  check_error(read(server, &byte, 1), EAGAIN);
  int64_t waited = clock_nanos(CLOCK_MONOTONIC) - before;
  fact("waited for the limit: %s", waited >= 29000000 ? "yes" : "no");
  struct tcp_info info;
  socklen_t length = sizeof info;
  memset(&info, 0, sizeof info);
  check(getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
  feed(&info, length);
  fact("established: %s", info.tcpi_state == TCP_ESTABLISHED ? "yes" : "no");
  char algorithm[16] = {0};
  length = sizeof algorithm;
  check(getsockopt(server, IPPROTO_TCP, TCP_CONGESTION, algorithm, &length) == 0);
  feed(algorithm, sizeof algorithm);
  check_error(getsockopt(server, 12345, 1, &info, &length), EOPNOTSUPP);
  step("options shown");
  check(close(client) == 0 && close(server) == 0 && close(listener) == 0);
  ipv6();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
