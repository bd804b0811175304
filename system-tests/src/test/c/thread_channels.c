/* Threads that talk by pipes, sockets and events, and wait in every kind of call at once. */
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "threads.h"

enum { BYTES = 300000, LARGE = 40000, MESSAGES = 300 };

static int pipe_ends[2], pair[2], through[2], event, listener, epoll, full[2];
static sem_t about;

static void write_all(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(descriptor, bytes, length);
    check(written > 0);
    bytes += written;
    length -= written;
  }
}

static uint64_t hash_of(const char *bytes, size_t length, uint64_t hash) {
  for (size_t i = 0; i < length; i++) {
    hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211ULL;
  }
  return hash;
}

static void *produces(void *unused) {
  static char bytes[LARGE];
  (void)unused;
  for (size_t sent = 0; sent < BYTES; sent += LARGE / 4) {
    fill(bytes, LARGE / 4, sent);
    write_all(pipe_ends[1], bytes, LARGE / 4);
  }
  close(pipe_ends[1]);
  return NULL;
}

/* From the pipe to the socket. */
static void *passes_on(void *unused) {
  char bytes[5000];
  ssize_t got;
  (void)unused;
  while ((got = read(pipe_ends[0], bytes, sizeof bytes)) > 0) {
    write_all(pair[0], bytes, got);
  }
  check(got == 0);
  check(shutdown(pair[0], SHUT_WR) == 0);
  return NULL;
}

static void *consumes(void *argument) {
  static char bytes[LARGE];
  uint64_t *hash = argument;
  long total = 0;
  ssize_t got;
  *hash = 14695981039346656037ULL;
  while ((got = recv(pair[1], bytes, sizeof bytes, 0)) > 0) {
    *hash = hash_of(bytes, got, *hash);
    total += got;
  }
  check(got == 0);
  return (void *)total;
}

static void *ping(void *argument) {
  int end = *(int *)argument;
  char letter;
  long count = 0;
  while (read(end, &letter, 1) == 1) {
    count++;
    letter++;
    check(write(end, &letter, 1) == 1);
  }
  return (void *)count;
}

static void *polls(void *unused) {
  char byte;
  (void)unused;
  sem_post(&about);
  check(await_events(through[0], POLLIN) == POLLIN);
  check(read(through[0], &byte, 1) == 1);
  return "polled";
}

static void *waits_for_epoll(void *unused) {
  struct epoll_event got;
  uint64_t value;
  int ready;
  (void)unused;
  sem_post(&about);
  do {
    ready = epoll_wait(epoll, &got, 1, WAIT_LIMIT_MILLIS);
  } while (ready == -1 && errno == EINTR);
  check(ready == 1 && got.data.u32 == 17);
  check(read(event, &value, sizeof value) == sizeof value && value == 5);
  return "epolled";
}

static void *accepts(void *unused) {
  (void)unused;
  sem_post(&about);
  int accepted = accept(listener, NULL, NULL);
  check(accepted >= 0);
  char text[16] = "";
  check(read(accepted, text, sizeof text) == 5);
  check(write(accepted, "heard", 5) == 5);
  close(accepted);
  return "accepted";
}

static void *sleeps(void *unused) {
  struct timespec left = {0, 150000000};
  (void)unused;
  sem_post(&about);
  while (nanosleep(&left, &left) != 0) {
    check(errno == EINTR);
  }
  return "slept";
}

static void *writes_into_full(void *unused) {
  static char bytes[200000];
  (void)unused;
  fill(bytes, sizeof bytes, 9);
  sem_post(&about);
  write_all(full[1], bytes, sizeof bytes);
  close(full[1]);
  return "written";
}

static void *selects(void *argument) {
  int end = *(int *)argument;
  fd_set set;
  char byte;
  FD_ZERO(&set);
  FD_SET(end, &set);
  sem_post(&about);
  check(select(end + 1, &set, NULL, NULL, NULL) == 1);
  check(read(end, &byte, 1) == 0);
  return "ended";
}

static int listen_somewhere(struct sockaddr_in *address) {
  socklen_t length = sizeof *address;
  *address = (struct sockaddr_in){.sin_family = AF_INET};
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int socket_end = socket(AF_INET, SOCK_STREAM, 0);
  check(bind(socket_end, (struct sockaddr *)address, length) == 0);
  check(listen(socket_end, 5) == 0);
  check(getsockname(socket_end, (struct sockaddr *)address, &length) == 0);
  return socket_end;
}

static void stream(void) {
  uint64_t hash;
  check(pipe(pipe_ends) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  pthread_t consumer = start(consumes, &hash);
  pthread_t middle = start(passes_on, NULL);
  let_others_block();
  step("consumers wait");
  pthread_t producer = start(produces, NULL);
  join(producer);
  join(middle);
  long consumed = (long)join(consumer);
  fact("consumed %ld, %016llx", consumed, (unsigned long long)hash);
  close(pipe_ends[0]);
  close(pair[0]);
  close(pair[1]);
  step("streamed");
}

static void exchange(void) {
  int near[2];
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, near) == 0);
  pthread_t other = start(ping, &near[1]);
  for (int i = 0; i < MESSAGES; i++) {
    char letter = (char)('a' + i % 20), got;
    check(write(near[0], &letter, 1) == 1 && read(near[0], &got, 1) == 1 && got == letter + 1);
  }
  step("exchanged");
  close(near[0]);
  fact("answered %ld", (long)join(other));
  close(near[1]);
}

static void all_at_once(void) {
  struct sockaddr_in address;
  int halves[2];
  check(sem_init(&about, 0, 0) == 0);
  check(pipe(through) == 0 && pipe(full) == 0);
  check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, halves) == 0);
  event = eventfd(0, 0);
  epoll = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = 17};
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted) == 0);
  listener = listen_somewhere(&address);
  pthread_t threads[] = {
      start(polls, NULL),   start(waits_for_epoll, NULL),  start(accepts, NULL),
      start(sleeps, NULL),  start(writes_into_full, NULL), start(selects, &halves[0]),
  };
  await_posts(&about, 6);
  let_others_block();
  step("all wait");
  check(write(through[1], "x", 1) == 1);
  fact("%s", (char *)join(threads[0]));
  step("one has gone");
  uint64_t value = 5;
  check(write(event, &value, sizeof value) == sizeof value);
  fact("%s", (char *)join(threads[1]));
  int client = socket(AF_INET, SOCK_STREAM, 0);
  check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  step("connected");
  char text[16];
  check(write(client, "hello", 5) == 5);
  check(recv(client, text, 5, MSG_WAITALL) == 5 && memcmp(text, "heard", 5) == 0);
  fact("%s", (char *)join(threads[2]));
  fact("%s", (char *)join(threads[3]));
  step("slept");
  static char bytes[3000];
  uint64_t hash = 1;
  ssize_t got;
  long total = 0;
  while ((got = read(full[0], bytes, sizeof bytes)) > 0) {
    hash = hash_of(bytes, got, hash);
    total += got;
  }
  fact("%s %ld %016llx", (char *)join(threads[4]), total, (unsigned long long)hash);
  close(halves[1]);
  fact("%s", (char *)join(threads[5]));
  int ends[] = {through[0], through[1], full[0], halves[0], event, epoll, listener, client};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    check(close(ends[i]) == 0);
  }
  step("all have gone");
}

static void body(void) {
  stream();
  exchange();
  all_at_once();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
