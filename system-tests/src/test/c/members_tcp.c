/* Two children serve lines on their parent's listener, each with an epoll instance of its own. */
#include <stdatomic.h>
#include <sys/epoll.h>

#include "members.h"
#include "sockets.h"

enum { CHILDREN = 2, EACH = 2, CONNECTIONS = CHILDREN * EACH, SIZE = 128, ROUNDS = 4 };

struct shared {
  atomic_int answered;
  int served[CHILDREN];
};

static struct shared *shared;
static int listener, orders[2];

static void watch(int epoll, int operation, int descriptor) {
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = descriptor};
  check(epoll_ctl(epoll, operation, descriptor, &wanted) == 0);
}

/* Answers a line, which comes in one piece; returns 0 at the connection's end. */
static int answer(int connection, int child) {
  static int own;
  char line[SIZE], text[SIZE + 64];
  ssize_t got = read(connection, line, sizeof line - 1);
  check(got >= 0);
  if (got > 0) {
    line[got] = 0;
    int all = atomic_fetch_add(&shared->answered, 1) + 1;
    snprintf(text, sizeof text, "%d %d %d %s", child, ++own, all, line);
    write_line(connection, text);
  }
  return got > 0;
}

/* Serves, EACH connections at most at a time, until it is told to end. */
static int serve(void *argument) {
  int child = (int)(intptr_t)argument, epoll = epoll_create1(0), connections = 0;
  struct epoll_event got;
  check(close(orders[1]) == 0);
  watch(epoll, EPOLL_CTL_ADD, listener);
  watch(epoll, EPOLL_CTL_ADD, orders[0]);
  for (;;) {
    int ready = epoll_wait(epoll, &got, 1, -1);
    if (ready == -1 && errno == EINTR) {
      continue;
    }
    check(ready == 1);
    if (got.data.fd == orders[0]) {
      return 20 + child;
    } else if (got.data.fd != listener) {
      if (!answer(got.data.fd, child)) {
        check(close(got.data.fd) == 0);
        shared->served[child]--;
        if (connections-- == EACH) {
          watch(epoll, EPOLL_CTL_ADD, listener);
        }
      }
      continue;
    }
    int accepted = accept(listener, NULL, NULL);
    if (accepted == -1) {
      check(errno == EAGAIN); /* the other one was faster */
      continue;
    }
    watch(epoll, EPOLL_CTL_ADD, accepted);
    shared->served[child]++;
    if (++connections == EACH) {
      watch(epoll, EPOLL_CTL_DEL, listener);
    }
  }
}

/* A client of them, which knows what each child has to count. */
struct client {
  int socket;
  int child;
};

static int own_counts[CHILDREN], all_answers;

static void ask(struct client *client, int number) {
  char line[SIZE], text[SIZE + 64], wanted[SIZE + 64];
  snprintf(line, sizeof line, "line %d\n", number);
  write_line(client->socket, line);
  check(read_line(client->socket, text, sizeof text));
  int child = text[0] - '0';
  check(child >= 0 && child < CHILDREN && (client->child == -1 || client->child == child));
  client->child = child;
  feed_value(child);
  snprintf(wanted, sizeof wanted, "%d %d %d %s", child, ++own_counts[child], ++all_answers, line);
  check(strcmp(text, wanted) == 0);
}

static void begin(struct client *client, const struct sockaddr_in *address) {
  *client = (struct client){.socket = socket(AF_INET, SOCK_STREAM, 0), .child = -1};
  check(connect(client->socket, (const struct sockaddr *)address, sizeof *address) == 0);
}

static void body(void) {
  struct sockaddr_in address;
  struct client clients[CONNECTIONS];
  pid_t children[CHILDREN];
  shared = share(sizeof *shared);
  memset(own_counts, 0, sizeof own_counts);
  all_answers = 0;
  listener = listening_socket(&address);
  check(pipe(orders) == 0);
  step("listening");
  for (int i = 0; i < CHILDREN; i++) {
    children[i] = bear(serve, (void *)(intptr_t)i);
  }
  for (int i = 0; i < CONNECTIONS; i++) {
    begin(&clients[i], &address);
    ask(&clients[i], i);
    step("connected");
  }
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < CONNECTIONS; i++) {
      ask(&clients[i], 10 * round + i);
    }
    fact("%d answers, served by each: %d, %d", all_answers, shared->served[0], shared->served[1]);
    check(close(clients[round].socket) == 0);
    step("one has closed");
    begin(&clients[round], &address);
    ask(&clients[round], round);
    step("another has come");
  }
  check(close(orders[1]) == 0);
  for (int i = 0; i < CHILDREN; i++) {
    fact("one ended with %d", end_of(children[i]));
  }
  char byte;
  for (int i = 0; i < CONNECTIONS; i++) {
    check(read(clients[i].socket, &byte, 1) == 0 && close(clients[i].socket) == 0);
  }
  fact("%d answers", shared->answered);
  check(close(listener) == 0 && close(orders[0]) == 0);
  check(munmap(shared, sizeof *shared) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
