/*
 * One kind of transfer, many times: each round moves bytes that no other round has, and checks that exactly these arrive, once. A
 * process that dies in the middle of a call loses or doubles some, unless the call is settled.
 *
 * Arguments: inflight KIND ROUNDS
 */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "sockets.h"

enum { LONGEST = 900, ROUNDS_A_FACT = 20 };

/* What a kind does: begins, goes through a round, ends. Two descriptors are what most of them need. */
struct kind {
  const char *name;
  void (*begin)(void);
  void (*round)(int round);
  void (*end)(void);
};

static int from = -1, to = -1;
static struct sockaddr_in address;
static char sent[LONGEST], received[LONGEST];

static char *hole; /* no memory to write to */

static size_t fill_round(int round) {
  size_t length = 1 + (size_t)round * 131 % LONGEST;
  fill(sent, length, 1000003u * (unsigned)round + 7);
  memset(received, 0, sizeof received);
  return length;
}

static void compare(size_t length) {
  check(memcmp(sent, received, length) == 0);
  feed(received, length);
}

/* Nothing more than was sent has arrived. */
static void check_empty(void) {
  check(fcntl(from, F_SETFL, O_NONBLOCK) == 0);
  char bytes[8];
  check_error(read(from, bytes, sizeof bytes), EAGAIN);
}

static void close_both(void) { check(close(from) == 0 && close(to) == 0); }

static void end_empty(void) {
  check_empty();
  close_both();
}

/* A stream's reader sees all, then its end. */
static void end_stream(void) {
  check_empty();
  check(close(to) == 0);
  await_events(from, POLLIN);
  char byte;
  check(read(from, &byte, 1) == 0 && close(from) == 0);
}

static void begin_tcp(void) {
  int listener = listening_socket(&address);
  connect_to_self(listener, &address, &to, &from);
  check(close(listener) == 0);
  check(fcntl(from, F_SETFL, 0) == 0 && fcntl(to, F_SETFL, 0) == 0);
}

static void begin_pipe(void) {
  int ends[2];
  check(pipe(ends) == 0);
  from = ends[0];
  to = ends[1];
}

static void begin_unix(void) {
  int pair[2];
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  from = pair[0];
  to = pair[1];
}

/* Reads in two parts, as a reader that does not know how much there is. */
static void round_read_write(int round) {
  size_t length = fill_round(round), half = length / 2;
  check(write(to, sent, length) == (ssize_t)length);
  if (half > 0) {
    check(read(from, received, half) == (ssize_t)half);
  }
  check(read(from, received + half, length - half) == (ssize_t)(length - half));
  compare(length);
}

static void round_send_receive(int round) {
  size_t length = fill_round(round), half = length / 2;
  check(send(to, sent, length, MSG_NOSIGNAL) == (ssize_t)length);
  check(recv(from, received, half + 1, MSG_PEEK | MSG_WAITALL) == (ssize_t)half + 1);
  check(recv(from, received, length, MSG_WAITALL) == (ssize_t)length);
  compare(length);
}

/* A descriptor goes with the bytes: it must arrive once, under the number that is free. */
static void round_messages(int round) {
  size_t length = fill_round(round), half = length / 2;
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control = {.space = {0}};
  struct iovec pieces[2] = {{sent, half}, {sent + half, length - half}};
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2, .msg_control = control.space,
                           .msg_controllen = sizeof control.space};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &to, sizeof to);
  check(sendmsg(to, &message, 0) == (ssize_t)length);
  pieces[0] = (struct iovec){received, half};
  pieces[1] = (struct iovec){received + half, sizeof received - half};
  memset(&control, 0, sizeof control);
  message.msg_controllen = sizeof control.space;
  check(recvmsg(from, &message, 0) == (ssize_t)length);
  compare(length);
  int passed = -1;
  check(message.msg_controllen == sizeof control.space && message.msg_flags == 0);
  memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof passed);
  check(passed == (from > to ? from : to) + 1 && close(passed) == 0);
}

static void begin_datagrams(void) {
  socklen_t length = sizeof address;
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  from = socket(AF_INET, SOCK_DGRAM, 0);
  to = socket(AF_INET, SOCK_DGRAM, 0);
  check(bind(from, (struct sockaddr *)&address, sizeof address) == 0);
  check(getsockname(from, (struct sockaddr *)&address, &length) == 0);
  check(connect(to, (struct sockaddr *)&address, sizeof address) == 0);
}

enum { MOST_DATAGRAMS = 3, DATAGRAM = 20 };

static void check_sender(const struct sockaddr_in *sender, socklen_t length) {
  struct sockaddr_in own;
  socklen_t size = sizeof own;
  check(getsockname(to, (struct sockaddr *)&own, &size) == 0);
  check(length == sizeof own && sender->sin_port == own.sin_port);
}

/* Some that are received together, in two buffers each, and one by itself; each with its sender. */
static void round_datagrams(int round) {
  struct mmsghdr messages[MOST_DATAGRAMS + 1];
  struct iovec pieces[MOST_DATAGRAMS + 1][2];
  struct sockaddr_in senders[MOST_DATAGRAMS + 1], sender;
  socklen_t length = sizeof sender;
  int count = 1 + round % MOST_DATAGRAMS;
  fill_round(round);
  memset(messages, 0, sizeof messages);
  for (int i = 0; i <= MOST_DATAGRAMS; i++) {
    char *at = received + 2 * i * DATAGRAM;
    pieces[i][0] = (struct iovec){at, 5};
    pieces[i][1] = (struct iovec){at + 5, 2 * DATAGRAM - 5};
    messages[i].msg_hdr = (struct msghdr){.msg_name = senders + i, .msg_namelen = sizeof *senders,
                                          .msg_iov = pieces[i], .msg_iovlen = 2};
  }
  for (int i = 0; i < count; i++) {
    check(write(to, sent + i * DATAGRAM, DATAGRAM - i) == DATAGRAM - i);
  }
  check(recvmmsg(from, messages, MOST_DATAGRAMS + 1, MSG_DONTWAIT, NULL) == count);
  for (int i = 0; i < count; i++) {
    char *got = received + 2 * i * DATAGRAM;
    check((int)messages[i].msg_len == DATAGRAM - i && messages[i].msg_hdr.msg_flags == 0);
    check(memcmp(got, sent + i * DATAGRAM, DATAGRAM - i) == 0 && got[DATAGRAM - i] == 0);
    check_sender(senders + i, messages[i].msg_hdr.msg_namelen);
    feed(got, 2 * DATAGRAM);
  }
  check(write(to, sent + 100, DATAGRAM) == DATAGRAM);
  check(recvfrom(from, received, 2 * DATAGRAM, 0, (struct sockaddr *)&sender, &length) == DATAGRAM);
  check_sender(&sender, length);
  check(memcmp(received, sent + 100, DATAGRAM) == 0);
  check_error(recvfrom(from, received, 1, MSG_DONTWAIT, NULL, NULL), EAGAIN);
}

static void begin_append(void) {
  to = open("appended", O_WRONLY | O_APPEND | O_CREAT | O_TRUNC, 0600);
  from = open("appended", O_RDONLY);
  check(to >= 0 && from >= 0);
}

static void end_append(void) {
  char byte;
  check(read(from, &byte, 1) == 0);
  check(lseek(from, 0, SEEK_CUR) == lseek(to, 0, SEEK_END));
  close_both();
  check(unlink("appended") == 0);
}

static void begin_accept(void) { from = listening_socket(&address); }

/* The connection that is accepted is the one that was made, and there is no other. */
static void accept_one(int round, int with_flags) {
  int client = socket(AF_INET, SOCK_STREAM, 0);
  check(connect(client, (struct sockaddr *)&address, sizeof address) == 0);
  await_events(from, POLLIN);
  struct sockaddr_in peer, own;
  socklen_t length = sizeof peer;
  int server = with_flags ? accept4(from, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC)
                          : accept(from, (struct sockaddr *)&peer, &length);
  check(server == client + 1 && length == sizeof peer);
  check_error(accept(from, NULL, NULL), EAGAIN);
  length = sizeof own;
  check(getsockname(client, (struct sockaddr *)&own, &length) == 0);
  check(peer.sin_port == own.sin_port && peer.sin_addr.s_addr == own.sin_addr.s_addr);
  feed(&peer, sizeof peer);
  int got = -1;
  check(write(client, &round, sizeof round) == sizeof round);
  check(read(server, &got, sizeof got) == sizeof got && got == round);
  check(close(client) == 0);
  check(read(server, &got, sizeof got) == 0 && close(server) == 0);
}

static void round_accept(int round) { accept_one(round, 0); }
static void round_accept4(int round) { accept_one(round, 1); }

static void end_accept(void) { check(close(from) == 0); }

static void begin_eventfd(void) {
  from = eventfd(0, EFD_NONBLOCK);
  to = dup(from);
  check(from >= 0 && to >= 0);
}

/* Two writes add up, one read takes all. */
static void round_eventfd(int round) {
  eventfd_t value = 0;
  check(eventfd_write(to, 1 + (unsigned)round) == 0 && eventfd_write(to, 1000) == 0);
  check(eventfd_read(from, &value) == 0);
  check(value == 1001 + (unsigned)round);
  check_error(eventfd_read(from, &value), EAGAIN);
  feed(&value, sizeof value);
}

/* A child is born once, its end is told once. */
static void round_fork(int round) {
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    _exit(write(to, &round, sizeof round) == sizeof round ? round & 63 : 99);
  }
  int status = -1, got = -1;
  check(waitpid(child, &status, 0) == child);
  check(WIFEXITED(status) && WEXITSTATUS(status) == (round & 63));
  check_error(waitpid(-1, &status, 0), ECHILD);
  check(read(from, &got, sizeof got) == sizeof got && got == round);
  struct pollfd more = {.fd = from, .events = POLLIN};
  check(poll(&more, 1, 0) == 0);
}

/* A child that lives over some waits of its parent, which may have been killed meanwhile. */
static void round_wait(int round) {
  int order[2], status = -1;
  check(pipe2(order, O_CLOEXEC) == 0);
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    char byte;
    _exit(read(order[0], &byte, 1) == 1 ? round & 63 : 99);
  }
  for (int i = 0; i < 3; i++) {
    check(waitpid(child, &status, WNOHANG) == 0);
  }
  check(write(order[1], "x", 1) == 1);
  check(waitpid(child, &status, 0) == child);
  check(WIFEXITED(status) && WEXITSTATUS(status) == (round & 63));
  check_error(waitpid(-1, &status, 0), ECHILD);
  check(close(order[0]) == 0 && close(order[1]) == 0);
}

/* What comes for a buffer that is not there is gone, and the call says so. */
static void round_bad_buffers(int round) {
  size_t length = fill_round(round);
  char first[1];
  struct iovec pieces[2] = {{first, sizeof first}, {hole, 5}};
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
  check(write(to, "no", 2) == 2);
  check_error(recvmsg(from, &message, 0), EFAULT);
  check(write(to, sent, length) == (ssize_t)length);
  pieces[1] = (struct iovec){received, sizeof received};
  message.msg_iov = pieces + 1;
  message.msg_iovlen = 1;
  check(recvmsg(from, &message, 0) == (ssize_t)length);
  compare(length);
}

static int attachments(int segment) {
  struct shmid_ds state;
  check(shmctl(segment, IPC_STAT, &state) == 0);
  return (int)state.shm_nattch;
}

/* A segment that is removed at once goes with its last attachment, not before. */
static void round_segment(int round) {
  int segment = shmget(IPC_PRIVATE, LONGEST, IPC_CREAT | 0600);
  check(segment >= 0);
  char *first = shmat(segment, NULL, 0);
  check(first != (void *)-1);
  check(shmctl(segment, IPC_RMID, NULL) == 0);
  size_t length = fill_round(round);
  memcpy(first, sent, length);
  char *again = shmat(segment, NULL, 0);
  check(again != (void *)-1);
  check(attachments(segment) == 2);
  memcpy(received, again, length);
  compare(length);
  again[0] = 1;
  check(shmdt(first) == 0);
  check(attachments(segment) == 1 && again[0] == 1);
  check(shmdt(again) == 0);
  check_error(shmctl(segment, IPC_RMID, NULL), EINVAL);
}

static const struct kind kinds[] = {
    {"tcp", begin_tcp, round_read_write, end_stream},
    {"tcp-send", begin_tcp, round_send_receive, end_stream},
    {"unix", begin_unix, round_read_write, end_stream},
    {"unix-messages", begin_unix, round_messages, end_stream},
    {"pipe", begin_pipe, round_read_write, end_stream},
    {"datagrams", begin_datagrams, round_datagrams, end_empty},
    {"bad-buffers", begin_datagrams, round_bad_buffers, end_empty},
    {"append", begin_append, round_read_write, end_append},
    {"accept", begin_accept, round_accept, end_accept},
    {"accept4", begin_accept, round_accept4, end_accept},
    {"eventfd", begin_eventfd, round_eventfd, end_empty},
    {"fork", begin_pipe, round_fork, end_empty},
    {"wait", begin_pipe, round_wait, end_empty},
    {"segment", begin_pipe, round_segment, end_empty},
};

int main(int argc, char **argv) {
  check(argc == 3);
  const struct kind *kind = kinds;
  while (strcmp(kind->name, argv[1]) != 0) {
    check(++kind < kinds + sizeof kinds / sizeof *kinds);
  }
  hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(hole != MAP_FAILED);
  steps_begin();
  step("begin");
  kind->begin();
  int rounds = atoi(argv[2]);
  for (int round = 0; round < rounds; round++) {
    kind->round(round);
    if ((round + 1) % ROUNDS_A_FACT == 0) {
      fact("%s: %d rounds", kind->name, round + 1);
    }
  }
  kind->end();
  step("end");
  fact("done");
  return 0;
}
