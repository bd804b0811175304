/*
 * A process for each connection, which shares no memory with the others. How it begins differs: by that it is found out whether it
 * serves.
 */
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "members.h"
#include "sockets.h"

enum way {
  READS,
  GREETS,
  POLLS,
  SELECTS,
  AWAITS,
  IS_TOLD,
  LOGS,
  ACCEPTS,
  SLEEPS,
  UNSHARES,
  COMPUTES,
  WAYS
};

/* A second of computing, and more: by then others are not to wait any longer. */
enum { SIZE = 128, ROUNDS = 3 };

static const long LONG = 3000000000;

static const char *const names[WAYS] = {"reads",   "greets", "polls",   "selects",
                                        "awaits",  "is told", "logs",    "accepts",
                                        "sleeps",  "unshares", "computes"};

/* A client, and the process that serves it. */
struct client {
  int socket;
  pid_t server;
};

static struct client clients[WAYS];
static int listener, word[2], log_ends[2];
static pid_t root;

static void wait_by_select(int connection) {
  fd_set wanted;
  FD_ZERO(&wanted);
  FD_SET(connection, &wanted);
  check(select(connection + 1, &wanted, NULL, NULL, NULL) == 1);
}

static void wait_by_epoll(int connection) {
  int epoll = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN}, got;
  check(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, connection, &wanted) == 0);
  check(epoll_wait(epoll, &got, 1, -1) == 1);
  check(close(epoll) == 0);
}

/* What the process does before it reads the first line; returns its connection. */
static int first(enum way way, int connection) {
  struct pollfd wanted = {.fd = connection, .events = POLLIN};
  struct timespec moment = {.tv_nsec = 1000000};
  char byte;
  switch (way) {
  case GREETS:
    write_line(connection, "welcome\n");
    break;
  case POLLS:
    check(poll(&wanted, 1, -1) == 1);
    break;
  case SELECTS:
    wait_by_select(connection);
    break;
  case AWAITS:
    wait_by_epoll(connection);
    break;
  case IS_TOLD:
    check(read(word[0], &byte, 1) == 1 && byte == 'w');
    break;
  case LOGS:
    check(send(log_ends[1], "begins", 6, 0) == 6);
    break;
  case ACCEPTS:
    connection = accept(listener, NULL, NULL);
    check(connection >= 0);
    break;
  case SLEEPS: /* such a one is native */
    check(nanosleep(&moment, NULL) == 0);
    break;
  default:
    break;
  }
  return connection;
}

/* What the process does before it answers, by which it may come to be on its own. */
static void before_answer(enum way way, int number) {
  if (way == UNSHARES && number == 1) {
    check(unshare(CLONE_FILES) == 0);
  } else if (way == COMPUTES && number == 2) {
    for (volatile long i = 0; i < LONG; i++) {
    }
  }
}

/* Serves one connection to its end; returns how many lines it has had. */
static int serve(enum way way, int connection) {
  static int own;
  char line[SIZE], answer[SIZE + 64];
  pid_t self = getpid();
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  check(self != root && (way == SLEEPS || getppid() == root));
  check(sigaction(SIGUSR1, &ignore, NULL) == 0);
  connection = first(way, connection);
  check(close(listener) == 0 && close(word[1]) == 0);
  while (read_line(connection, line, sizeof line)) {
    check(getpid() == self && raise(SIGUSR1) == 0);
    before_answer(way, ++own);
    snprintf(answer, sizeof answer, "%s, %d: %s", names[way], own, line);
    write_line(connection, answer);
  }
  return own;
}

static void begin(struct client *client, enum way way, const struct sockaddr_in *address) {
  client->socket = socket(AF_INET, SOCK_STREAM, 0);
  check(connect(client->socket, (const struct sockaddr *)address, sizeof *address) == 0);
  int accepted = way == ACCEPTS ? -1 : accept(listener, NULL, NULL);
  client->server = fork();
  check(client->server >= 0);
  if (client->server == 0) {
    for (int i = 0; i <= (int)way; i++) {
      check(close(clients[i].socket) == 0);
    }
    _exit(serve(way, accepted));
  }
  check(accepted == -1 || close(accepted) == 0);
}

static void send_line(struct client *client, int number) {
  char line[SIZE];
  snprintf(line, sizeof line, "line %d\n", number);
  write_line(client->socket, line);
}

static void await_answer(struct client *client) {
  char text[SIZE + 64];
  check(read_line(client->socket, text, sizeof text));
  fact("%.*s", (int)strlen(text) - 1, text);
}

static void ask(struct client *client, int number) {
  send_line(client, number);
  await_answer(client);
}

/* What only some of them need before they serve. */
static void help(struct client *client, enum way way) {
  char text[SIZE];
  if (way == GREETS) {
    check(read_line(client->socket, text, sizeof text) && strcmp(text, "welcome\n") == 0);
  } else if (way == IS_TOLD) {
    check(write(word[1], "w", 1) == 1);
  } else if (way == LOGS) {
    check(recv(log_ends[0], text, sizeof text, 0) == 6 && memcmp(text, "begins", 6) == 0);
  }
}

static void end(struct client *client, enum way way) {
  check(close(client->socket) == 0);
  fact("%s: ended with %d", names[way], end_of(client->server));
}

static void body(void) {
  struct sockaddr_in address;
  root = getpid();
  listener = bound_socket(SOCK_STREAM | SOCK_CLOEXEC, &address);
  check(listen(listener, 1) == 0);
  check(pipe(word) == 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, log_ends) == 0);
  for (int way = 0; way < WAYS; way++) {
    begin(&clients[way], way, &address);
    step("connected");
    help(&clients[way], way);
    ask(&clients[way], way);
  }
  for (int round = 0; round < ROUNDS; round++) {
    step("served");
    send_line(&clients[COMPUTES], 100 * round);
    for (int way = 0; way < COMPUTES; way++) {
      ask(&clients[way], 100 * round + way);
    }
    await_answer(&clients[COMPUTES]);
  }
  for (int way = 0; way < WAYS; way++) {
    if (way % 3 == 0) {
      step("some have ended");
    }
    end(&clients[way], way);
  }
  check_error(waitpid(-1, NULL, 0), ECHILD);
  check(close(listener) == 0 && close(word[0]) == 0 && close(word[1]) == 0);
  check(close(log_ends[0]) == 0 && close(log_ends[1]) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
