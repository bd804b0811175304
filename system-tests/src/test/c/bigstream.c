/* Several MiB through sockets and a pipe, with short writes and short reads. */
#include "sockets.h"

enum { SIZE = 3 << 20 };

static void pump(int from, int to, const char *name) {
  char *out = malloc(SIZE), *in = malloc(SIZE);
  check(out != NULL && in != NULL);
  fill(out, SIZE, SIZE + strlen(name));
  size_t written = 0, got = 0;
  int held = 0;
  while (got < SIZE) {
    struct pollfd both[2] = {{.fd = from, .events = written < SIZE ? POLLOUT : 0},
                             {.fd = to, .events = POLLIN}};
    check(poll(both, 2, WAIT_LIMIT_MILLIS) > 0);
    if (both[0].revents & POLLOUT) {
      ssize_t n = write(from, out + written, SIZE - written);
      check(n > 0 || errno == EAGAIN);
      feed_value(n);
      written += n > 0 ? n : 0;
    }
    if (both[1].revents & POLLIN) {
      size_t want = SIZE - got < 100000 ? SIZE - got : 100000;
      ssize_t n = read(to, in + got, want);
      check(n > 0);
      feed_value(n);
      got += n;
    }
    if (!held && got > SIZE / 2) {
      step(name);
      held = 1;
    }
  }
  feed(in, SIZE);
  fact("%s equal: %s", name, memcmp(in, out, SIZE) == 0 ? "yes" : "no");
  free(out);
  free(in);
  check(close(from) == 0 && close(to) == 0);
}

static void body(void) {
  int ends[2];
  check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  pump(ends[0], ends[1], "socketpair");
  struct sockaddr_in address;
  int listener = listening_socket(&address), client, server;
  connect_to_self(listener, &address, &client, &server);
  pump(client, server, "tcp");
  check(close(listener) == 0);
  check(pipe2(ends, O_NONBLOCK) == 0);
  pump(ends[1], ends[0], "pipe");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
