/*
 * A server to be killed under load: sends back every byte that it gets, in order, on up to 200
 * connections, with one poll loop and no thread. Prints "listening PORT" when it is ready.
 *
 *   echo_server [PORT [FATAL
 *       [messages|vectors|epoll|ipv6|interrupted|restarted|worker|threads|timestamps|faults]]]
 *
 * A piece of input that is just the text FATAL, unless that is empty, makes it fault by its own
 * code. With "messages" it receives by recvmsg and sends by sendmsg, with "vectors" by readv and
 * writev. With "epoll" it waits by epoll_wait, receives by readv and reads a clock each time, which
 * must not go back. With "ipv6" it listens on a free port of ::1 as well, and prints that port behind
 * the other. With "interrupted" or "restarted" it prints "signal" for each SIGUSR1, whose handler has
 * no SA_RESTART or has it. With "worker" a child of it serves, as worker.h has it. With one of the
 * last three it also does what deeds.h has, before every 16th piece that it serves.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "deeds.h"
#include "worker.h"

enum { LISTENERS = 2, CONNECTIONS = 200, PENDING = 65536 };

/* Bytes that were read and not yet written back; they begin at pending[taken]. */
struct connection {
  int length;
  int taken;
  char pending[PENDING];
};

/* The listeners are the first ones; what polls nothing has the descriptor -1. */
static struct pollfd polled[LISTENERS + CONNECTIONS];
static struct connection *connections[LISTENERS + CONNECTIONS];
static int used = LISTENERS;
static const char *fatal = "";
static int *volatile null;
static int by_messages, by_vectors, by_worker;
static int epoll = -1; /* has all descriptors, if it is used */
static void (*deed)(void);

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = descriptor}};
  if (epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    fail("epoll_ctl");
  }
}

static void read_clock(void) {
  static struct timespec before;
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0 || now.tv_sec < before.tv_sec ||
      (now.tv_sec == before.tv_sec && now.tv_nsec < before.tv_nsec)) {
    fail("clock_gettime");
  }
  before = now;
}

/* Waits until a descriptor is ready for input; what else there is to be known, poll tells then. */
static void wait_by_epoll(void) {
  struct epoll_event events[8];
  int count = epoll_wait(epoll, events, 8, -1);
  if (count < 0 && errno != EINTR) {
    fail("epoll_wait");
  }
  for (int i = 0; i < count; i++) {
    int known = 0;
    while (known < used && polled[known].fd != events[i].data.fd) known++;
    if (known == used) {
      fail("an event of no connection");
    }
  }
}

/* Whether some connection waits for room for what it has to send. */
static int has_pending(void) {
  for (int index = LISTENERS; index < used; index++) {
    if (polled[index].events & POLLOUT) return 1;
  }
  return 0;
}

/* Listens on an address and stores the port that it has got. */
static struct pollfd listening(struct sockaddr *address, socklen_t length) {
  int listener = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(listener, address, length) != 0 || listen(listener, 128) != 0 ||
      getsockname(listener, address, &length) != 0) {
    fail("listen");
  }
  return (struct pollfd){.fd = listener, .events = POLLIN};
}

static void listen_on(int port, int ipv6) {
  struct sockaddr_in four = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  polled[0] = listening((struct sockaddr *)&four, sizeof four);
  polled[1].fd = -1;
  printf("listening %d", ntohs(four.sin_port));
  if (ipv6) {
    polled[1] = listening((struct sockaddr *)&six, sizeof six);
    printf(" %d", ntohs(six.sin6_port));
  }
  printf("\n");
  fflush(stdout);
}

static void accept_one(int listener) {
  int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
  if (accepted < 0) {
    if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
      fail("accept");
    }
    return;
  }
  if (used == LISTENERS + CONNECTIONS) {
    close(accepted);
    return;
  }
  connections[used] = calloc(1, sizeof(struct connection));
  if (connections[used] == NULL) {
    fail("calloc");
  }
  polled[used++] = (struct pollfd){.fd = accepted, .events = POLLIN};
  watch(accepted);
  if (by_worker) tell_parent(accepted);
}

static ssize_t take(int descriptor, char *to, size_t length) {
  struct iovec parts[2] = {{to, 1}, {to + 1, length - 1}};
  if (by_vectors || epoll >= 0) return readv(descriptor, parts, 2);
  if (!by_messages) return read(descriptor, to, length);
  return recvmsg(descriptor, &(struct msghdr){.msg_iov = parts, .msg_iovlen = 2}, 0);
}

static ssize_t give(int descriptor, char *from, size_t length) {
  struct iovec part = {from, length};
  if (by_vectors) return writev(descriptor, &part, 1);
  if (!by_messages) return send(descriptor, from, length, MSG_NOSIGNAL);
  return sendmsg(descriptor, &(struct msghdr){.msg_iov = &part, .msg_iovlen = 1}, MSG_NOSIGNAL);
}

/* Closes a connection; the last one takes its place. */
static void drop(int index) {
  close(polled[index].fd);
  free(connections[index]);
  used--;
  polled[index] = polled[used];
  connections[index] = connections[used];
}

/* Reads if nothing is pending, writes what is. Returns 0 when the connection is over. */
static int serve(int index) {
  static unsigned served;
  if (deed != NULL && served++ % 16 == 0) deed();
  struct connection *connection = connections[index];
  int descriptor = polled[index].fd;
  if (connection->length == connection->taken) {
    ssize_t got = take(descriptor, connection->pending, PENDING);
    if (got <= 0) {
      return got < 0 && (errno == EAGAIN || errno == EINTR);
    }
    connection->length = (int)got;
    connection->taken = 0;
    if ((size_t)got == strlen(fatal) && memcmp(connection->pending, fatal, got) == 0) {
      *null = 1;
    }
  }
  ssize_t put = give(descriptor, connection->pending + connection->taken,
                     connection->length - connection->taken);
  if (put < 0 && errno != EAGAIN && errno != EINTR) {
    return 0;
  }
  connection->taken += put > 0 ? (int)put : 0;
  polled[index].events = connection->taken < connection->length ? POLLOUT : POLLIN;
  return 1;
}

static void tell(int signal) {
  (void)signal;
  int saved = errno;
  if (write(STDOUT_FILENO, "signal\n", 7) != 7) {
    _exit(1);
  }
  errno = saved;
}

static void handle_signals(const char *how) {
  int interrupted = strcmp(how, "interrupted") == 0;
  struct sigaction action = {.sa_handler = tell, .sa_flags = interrupted ? 0 : SA_RESTART};
  if ((interrupted || strcmp(how, "restarted") == 0) && sigaction(SIGUSR1, &action, NULL) != 0) {
    fail("sigaction");
  }
}

static void choose_deed(const char *how) {
  if (strcmp(how, "threads") == 0) deed = make_threads;
  if (strcmp(how, "timestamps") == 0) deed = read_time_stamps;
  if (strcmp(how, "faults") == 0) {
    handle_faults();
    deed = use_faults;
  }
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  choose_deed(argc > 3 ? argv[3] : "");
  handle_signals(argc > 3 ? argv[3] : "");
  listen_on(argc > 1 ? atoi(argv[1]) : 0, argc > 3 && strcmp(argv[3], "ipv6") == 0);
  fatal = argc > 2 ? argv[2] : fatal;
  by_messages = argc > 3 && strcmp(argv[3], "messages") == 0;
  by_vectors = argc > 3 && strcmp(argv[3], "vectors") == 0;
  if (argc > 3 && strcmp(argv[3], "epoll") == 0) {
    epoll = epoll_create1(0);
    watch(polled[0].fd);
  }
  by_worker = argc > 3 && strcmp(argv[3], "worker") == 0;
  if (by_worker) serve_by_worker(polled[0].fd);
  for (;;) {
    int by_epoll = epoll >= 0 && !has_pending();
    if (by_epoll) {
      read_clock();
      wait_by_epoll();
    }
    if (poll(polled, used, by_epoll ? 0 : -1) < 0 && errno != EINTR) {
      fail("poll");
    }
    for (int index = used - 1; index >= LISTENERS; index--) {
      if (polled[index].revents != 0 && !serve(index)) {
        drop(index);
      }
    }
    for (int index = 0; index < LISTENERS; index++) {
      if (polled[index].revents != 0) {
        accept_one(polled[index].fd);
      }
    }
  }
}
