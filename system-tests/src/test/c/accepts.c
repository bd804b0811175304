/*
 * accept and accept4, by families, by what is asked of the peer's address, and by how the call ends. Between the first two steps they
 * are made often.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "sockets.h"

enum { CALLS = 500, GUARD = 0x5a, ROOM = 160 };

static int listener, client;
static struct sockaddr_storage address;
static socklen_t address_length;

static int open_socket(int flags) {
  int opened = socket(address.ss_family, SOCK_STREAM | flags, 0);
  check(opened >= 0);
  return opened;
}

static void begin(int family, const char *path) {
  address = (struct sockaddr_storage){.ss_family = family};
  address_length = sizeof(struct sockaddr_in);
  if (family == AF_INET) {
    ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else if (family == AF_INET6) {
    ((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
    address_length = sizeof(struct sockaddr_in6);
  } else {
    strcpy(((struct sockaddr_un *)&address)->sun_path, path);
    address_length = sizeof(struct sockaddr_un);
  }
  listener = open_socket(SOCK_NONBLOCK);
  check(bind(listener, (struct sockaddr *)&address, address_length) == 0);
  check(listen(listener, 16) == 0);
  if (family != AF_UNIX) {
    check(getsockname(listener, (struct sockaddr *)&address, &address_length) == 0);
  }
  feed(&address, address_length);
}

static void begin_client(void) {
  client = open_socket(0);
  check(connect(client, (struct sockaddr *)&address, address_length) == 0);
  await_events(listener, POLLIN);
}

/* The accepted connection is the client's. */
static void end_both(int server) {
  char byte = 0;
  check(server >= 0);
  feed_value(server);
  check(write(client, "x", 1) == 1);
  read_fully(server, &byte, 1);
  check(byte == 'x' && close(server) == 0 && close(client) == 0);
}

/* Nothing is written beyond what there is room for, and the true length is told. */
static void with_room(socklen_t room) {
  unsigned char got[ROOM];
  memset(got, GUARD, sizeof got);
  socklen_t length = room;
  begin_client();
  int server = accept(listener, (struct sockaddr *)got, &length);
  struct sockaddr_storage peer;
  socklen_t peer_length = sizeof peer;
  check(getpeername(server, (struct sockaddr *)&peer, &peer_length) == 0);
  socklen_t written = room < peer_length ? room : peer_length;
  check(length == peer_length && memcmp(got, &peer, written) == 0);
  for (size_t i = written; i < sizeof got; i++) {
    check(got[i] == GUARD);
  }
  feed(got, sizeof got);
  end_both(server);
}

static void flags(void) {
  begin_client();
  int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  check(fcntl(server, F_GETFD) == FD_CLOEXEC && fcntl(server, F_GETFL) & O_NONBLOCK);
  end_both(server);
  begin_client();
  server = accept(listener, NULL, NULL);
  check(fcntl(server, F_GETFD) == 0 && (fcntl(server, F_GETFL) & O_NONBLOCK) == 0);
  end_both(server);
  check_error(accept4(listener, NULL, NULL, 1), EINVAL);
}

static void often(void) {
  for (int i = 0; i < CALLS; i++) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    check_error(accept(listener, (struct sockaddr *)&peer, &length), EAGAIN);
    begin_client();
    int server = i % 2 ? accept(listener, (struct sockaddr *)&peer, &length)
                       : accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK);
    feed(&peer, length);
    end_both(server);
  }
}

static void errors(void) {
  check_error(accept(9999, NULL, NULL), EBADF);
  check_error(accept(STDOUT_FILENO, NULL, NULL), ENOTSOCK);
  int unbound = open_socket(0);
  check_error(accept(unbound, NULL, NULL), EINVAL);
  check(close(unbound) == 0);
  /* Natively such a connection is gone: the client sees its end. */
  struct sockaddr *nowhere = (struct sockaddr *)16;
  socklen_t length = ROOM;
  begin_client();
  check_error(accept(listener, nowhere, &length), EFAULT);
  fact("the client of a bad address reads %zd", read(client, &length, 1));
  check(close(client) == 0);
  begin_client();
  struct sockaddr_storage peer;
  check_error(accept(listener, (struct sockaddr *)&peer, (socklen_t *)16), EFAULT);
  check(close(client) == 0);
  begin_client();
  length = -1;
  check_error(accept(listener, (struct sockaddr *)&peer, &length), EINVAL);
  check(close(client) == 0);
  begin_client();
  struct rlimit before, none;
  check(getrlimit(RLIMIT_NOFILE, &before) == 0);
  none = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
  check(setrlimit(RLIMIT_NOFILE, &none) == 0);
  check_error(accept(listener, NULL, NULL), EMFILE);
  check(setrlimit(RLIMIT_NOFILE, &before) == 0);
  end_both(accept(listener, NULL, NULL));
}

static volatile sig_atomic_t signals;

static void count_signal(int signal) {
  (void)signal;
  signals++;
}

/* The call that the first signal has interrupted finds a connection when it is made again. */
static void connect_at_signal(int signal) {
  (void)signal;
  if (signals++ > 0) {
    return;
  }
  client = open_socket(0);
  check(connect(client, (struct sockaddr *)&address, address_length) == 0);
}

/* Signals come again and again: one that comes before the call waits interrupts nothing. */
static void set_interval(int microseconds) {
  struct timeval interval = {.tv_usec = microseconds};
  struct itimerval often = {.it_value = interval, .it_interval = interval};
  check(setitimer(ITIMER_REAL, &often, NULL) == 0);
}

static void interrupt(void (*handler)(int), int action_flags) {
  signals = 0;
  struct sigaction action = {.sa_handler = handler, .sa_flags = action_flags};
  check(sigaction(SIGALRM, &action, NULL) == 0);
  set_interval(30000);
}

static void blocking(void) {
  check(fcntl(listener, F_SETFL, 0) == 0);
  interrupt(count_signal, 0);
  check_error(accept(listener, NULL, NULL), EINTR);
  set_interval(0);
  check(signals > 0);
  interrupt(connect_at_signal, SA_RESTART);
  int server = accept(listener, NULL, NULL);
  set_interval(0);
  check(signals > 0);
  end_both(server);
  struct timeval limit = {.tv_usec = 20000};
  check(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
  check_error(accept(listener, NULL, NULL), EAGAIN);
  begin_client();
  end_both(accept(listener, NULL, NULL));
}

static void family(int which, const char *path) {
  begin(which, path);
  often();
  step("accepted often");
  for (socklen_t room = 0; room < 32; room += 5) {
    with_room(room);
  }
  with_room(sizeof(struct sockaddr_un));
  flags();
  step("by what is asked");
  errors();
  step("errors");
  blocking();
  step("blocking");
  check(close(listener) == 0);
}

static void body(void) {
  family(AF_INET, NULL);
  family(AF_INET6, NULL);
  family(AF_UNIX, "accepts.socket");
  check(unlink("accepts.socket") == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
