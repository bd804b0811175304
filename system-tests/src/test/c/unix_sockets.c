/* Unix sockets: stream, datagram, seqpacket, names, passed descriptors and credentials. */
#include "sockets.h"

static void stream(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "stream.socket"};
  int listener = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
  check(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
  check(listen(listener, 4) == 0);
  check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  step("unix connected");
  struct sockaddr_un peer;
  socklen_t length = sizeof peer;
  int server = accept(listener, (struct sockaddr *)&peer, &length);
  fact("accepted %s, name of %u bytes", server >= 0 ? "yes" : "no", length);
  length = sizeof peer;
  check(getpeername(client, (struct sockaddr *)&peer, &length) == 0);
  fact("peer %s length %u", peer.sun_path, length);
  struct ucred credentials;
  length = sizeof credentials;
  check(getsockopt(server, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0);
  feed(&credentials, sizeof credentials);
  fact("peer is of my user: %s", credentials.uid == geteuid() ? "yes" : "no");
  check(write(server, "to client", 9) == 9);
  char text[32] = {0};
  check(read(client, text, sizeof text) == 9);
  fact("client read %s", text);
  check(close(server) == 0);
  check(read(client, text, sizeof text) == 0);
  check(close(client) == 0 && close(listener) == 0 && unlink("stream.socket") == 0);
  int late = socket(AF_UNIX, SOCK_STREAM, 0);
  check_error(connect(late, (struct sockaddr *)&address, sizeof address), ENOENT);
  check(close(late) == 0);
}

static void packets(int type, const char *name) {
  int pair[2];
  check(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair) == 0);
  check(send(pair[0], "first", 5, 0) == 5);
  check(send(pair[0], "second", 6, 0) == 6);
  step(name);
  char text[32] = {0};
  ssize_t one = recv(pair[1], text, 3, MSG_TRUNC), two = recv(pair[1], text, sizeof text, 0);
  fact("%s kept boundaries: %zd %zd %s", name, one, two, text);
  check_error(recv(pair[1], text, sizeof text, 0), EAGAIN);
  check(close(pair[0]) == 0 && close(pair[1]) == 0);
}

static void rights(void) {
  int pair[2], pipe_ends[2];
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe(pipe_ends) == 0);
  pass_descriptor(pair[0], pipe_ends[1]);
  check(close(pipe_ends[1]) == 0);
  step("descriptor in flight");
  char byte, space[128];
  struct iovec in = {&byte, 1};
  struct msghdr message = {.msg_iov = &in, .msg_iovlen = 1, .msg_control = space,
                           .msg_controllen = sizeof space};
  check(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC) == 1);
  int received;
  memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
  fact("control length %zu, close on exec %d", message.msg_controllen, fcntl(received, F_GETFD));
  check(write(received, "through", 7) == 7);
  step("descriptor received");
  char text[16] = {0};
  check(read(pipe_ends[0], text, sizeof text) == 7);
  fact("pipe says %s", text);
  check(close(received) == 0);
  check(read(pipe_ends[0], text, sizeof text) == 0);
  int yes = 1;
  check(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) == 0);
  check(write(pair[0], "c", 1) == 1);
  message.msg_controllen = sizeof space;
  check(recvmsg(pair[1], &message, 0) == 1);
  struct ucred credentials;
  memcpy(&credentials, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof credentials);
  feed(&credentials, sizeof credentials);
  fact("sender's user right: %s", credentials.uid == getuid() ? "yes" : "no");
  check(close(pair[0]) == 0 && close(pair[1]) == 0 && close(pipe_ends[0]) == 0);
}

static void body(void) {
  stream();
  packets(SOCK_DGRAM, "datagram");
  packets(SOCK_SEQPACKET, "seqpacket");
  rights();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
