/*
 * Calls with message headers: sendmsg, recvmsg, sendmmsg and recvmmsg over UDP, Unix sockets and
 * TCP. Several buffers and none, names, flags, errors, descriptors in between.
 */
#include "sockets.h"

enum { OFTEN = 500, PIECES = 3, HOLE = 4096, MOST_IOVECS = 1024 };

static char *hole;

/* What a receive wrote besides the data. */
static void feed_header(const struct msghdr *message) {
  feed_value(message->msg_namelen);
  feed_value(message->msg_controllen);
  feed_value(message->msg_flags);
}

static ssize_t send_text(int from, const char *text, void *name, socklen_t length) {
  size_t third = strlen(text) / 3;
  struct iovec pieces[PIECES] = {{(char *)text, third},
                                 {(char *)text + third, third},
                                 {(char *)text + 2 * third, strlen(text) - 2 * third}};
  struct msghdr message = {.msg_name = name, .msg_namelen = length, .msg_iov = pieces,
                           .msg_iovlen = PIECES};
  return sendmsg(from, &message, MSG_NOSIGNAL);
}

/* Receives into three buffers and states what came. */
static void receive_text(int at, int flags, const char *name) {
  char first[2] = {0}, second[4] = {0}, third[64] = {0};
  struct iovec pieces[PIECES] = {{first, 1}, {second, 3}, {third, sizeof third - 1}};
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = PIECES, .msg_flags = 0x7777};
  ssize_t got = recvmsg(at, &message, flags);
  fact("%s: %zd %s|%s|%s flags %x", name, got, first, second, third, message.msg_flags);
  feed_header(&message);
}

static void names(int one, int two, struct sockaddr_in *from, struct sockaddr_in *to) {
  check(send_text(one, "with a name", to, sizeof *to) == 11);
  check(send_text(one, "with a short one", to, sizeof *to) == 16);
  check(send_text(one, "without", to, sizeof *to) == 7);
  step("named datagrams sent");
  struct sockaddr_storage name;
  char text[32] = {0};
  struct iovec in = {text, sizeof text};
  struct msghdr message = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &in,
                           .msg_iovlen = 1};
  memset(&name, 'n', sizeof name);
  await_events(two, POLLIN);
  check(recvmsg(two, &message, 0) == 11);
  fact("%s from the sender: %s, of %u bytes", text,
       memcmp(&name, from, sizeof *from) == 0 ? "yes" : "no", message.msg_namelen);
  feed_header(&message);
  feed(&name, sizeof name);
  memset(&name, 'n', sizeof name);
  message.msg_namelen = 3;
  check(recvmsg(two, &message, 0) == 16);
  fact("a name of %u bytes, behind its first ones %c", message.msg_namelen, ((char *)&name)[3]);
  feed_header(&message);
  feed(&name, sizeof name);
  message.msg_name = NULL;
  message.msg_namelen = 77;
  check(recvmsg(two, &message, 0) == 7);
  fact("no name: %u", message.msg_namelen);
  feed(text, sizeof text);
}

static void lengths(int one, int two, struct sockaddr_in *to) {
  struct msghdr nothing = {.msg_name = to, .msg_namelen = sizeof *to};
  check(sendmsg(one, &nothing, 0) == 0);
  check(send_text(one, "0123456789", to, sizeof *to) == 10);
  check(send_text(one, "abcdefghij", to, sizeof *to) == 10);
  check(send_text(one, "the last", to, sizeof *to) == 8);
  step("datagrams of several lengths");
  await_events(two, POLLIN);
  receive_text(two, 0, "empty");
  receive_text(two, MSG_PEEK, "peeked");
  struct msghdr none = {.msg_flags = -1};
  ssize_t got = recvmsg(two, &none, 0);
  fact("no buffers: %zd flags %x", got, none.msg_flags);
  char piece[4];
  struct iovec in = {piece, sizeof piece};
  struct msghdr message = {.msg_iov = &in, .msg_iovlen = 1};
  got = recvmsg(two, &message, MSG_TRUNC);
  fact("cut: %zd flags %x %.4s", got, message.msg_flags, piece);
  feed(piece, sizeof piece);
  receive_text(two, MSG_WAITALL, "all");
  check_error(recvmsg(two, &message, MSG_DONTWAIT), EAGAIN);
  feed_header(&message);
}

static void errors(int one, int two, struct sockaddr_in *to) {
  static char large[70000];
  struct iovec out = {large, sizeof large}, gone = {hole, 5}, many[MOST_IOVECS + 1];
  struct msghdr message = {.msg_name = to, .msg_namelen = sizeof *to, .msg_iov = &out,
                           .msg_iovlen = 1};
  check_error(sendmsg(one, &message, 0), EMSGSIZE);
  check_error(sendmsg(-1, &message, 0), EBADF);
  check_error(recvmsg(-1, &message, 0), EBADF);
  check_error(recvmsg(STDOUT_FILENO, &message, 0), ENOTSOCK);
  check_error(recvmsg(two, NULL, MSG_DONTWAIT), EFAULT);
  check_error(recvmsg(two, (struct msghdr *)hole, MSG_DONTWAIT), EFAULT);
  check_error(sendmsg(one, (struct msghdr *)hole, 0), EFAULT);
  check_error(sendmmsg(one, (struct mmsghdr *)hole, 1, 0), EFAULT);
  check_error(recvmmsg(two, (struct mmsghdr *)hole, 1, MSG_DONTWAIT, NULL), EFAULT);
  memset(many, 0, sizeof many);
  struct msghdr long_list = {.msg_iov = many, .msg_iovlen = MOST_IOVECS + 1};
  check_error(recvmsg(two, &long_list, MSG_DONTWAIT), EMSGSIZE);
  message.msg_iov = &gone;
  check_error(sendmsg(one, &message, 0), EFAULT);
  message.msg_namelen = -1;
  check_error(recvmsg(two, &message, MSG_DONTWAIT), EINVAL);
  check(send_text(one, "never read", to, sizeof *to) == 10);
  await_events(two, POLLIN);
  message.msg_name = NULL;
  check_error(recvmsg(two, &message, 0), EFAULT);
  step("errors");
}

/* What comes overwrites the list of the buffers, and the header, that say where it goes. */
static void over_the_header(int one, int two, struct sockaddr_in *to) {
  check(send_text(one, "one that overwrites the list of its buffers", to, sizeof *to) == 43);
  check(send_text(one, "one that overwrites its header, all of it and more", to, sizeof *to) == 50);
  struct iovec in[2];
  char rest[32] = {0};
  in[0] = (struct iovec){in, sizeof in};
  in[1] = (struct iovec){rest, sizeof rest};
  struct msghdr message = {.msg_iov = in, .msg_iovlen = 2};
  await_events(two, POLLIN);
  ssize_t got = recvmsg(two, &message, 0);
  fact("over the list: %zd %.32s|%s", got, (char *)in, rest);
  in[0] = (struct iovec){&message, sizeof message};
  message = (struct msghdr){.msg_iov = in, .msg_iovlen = 1};
  step("list overwritten");
  got = recvmsg(two, &message, 0);
  fact("over the header: %zd %.32s", got, (char *)&message);
  feed(&message, sizeof message);
}

static void set_up(struct mmsghdr *messages, struct iovec *pieces, char (*texts)[16], int count,
                   struct sockaddr_in *names) {
  memset(messages, 0, count * sizeof *messages);
  for (int i = 0; i < count; i++) {
    pieces[2 * i] = (struct iovec){texts[i], 3};
    pieces[2 * i + 1] = (struct iovec){texts[i] + 3, 13};
    messages[i].msg_hdr.msg_iov = pieces + 2 * i;
    messages[i].msg_hdr.msg_iovlen = 2;
    messages[i].msg_hdr.msg_name = names + i;
    messages[i].msg_hdr.msg_namelen = sizeof *names;
  }
}

static void state(const char *name, int got, const struct mmsghdr *messages, char (*texts)[16]) {
  fact("%s: %d", name, got);
  for (int i = 0; i < got; i++) {
    fact("%u %.*s flags %x", messages[i].msg_len, (int)messages[i].msg_len, texts[i],
         messages[i].msg_hdr.msg_flags);
    feed_header(&messages[i].msg_hdr);
    feed_value(messages[i].msg_len);
  }
}

static void several(int one, int two, struct sockaddr_in *to) {
  enum { MANY = 70, SENT = 8 };
  static struct mmsghdr out[SENT], in[MANY];
  static struct iovec out_pieces[2 * SENT], in_pieces[2 * MANY];
  static char words[SENT][16], texts[MANY][16];
  static struct sockaddr_in to_names[SENT], names[MANY];
  for (int i = 0; i < SENT; i++) {
    fill(words[i], sizeof words[i], i);
    snprintf(words[i], sizeof words[i], "message %d", i);
    to_names[i] = *to;
  }
  set_up(out, out_pieces, words, SENT, to_names);
  int sent = sendmmsg(one, out, SENT, 0);
  fact("sent %d, the last of %u bytes", sent, out[SENT - 1].msg_len);
  memset(names, 0, sizeof names);
  set_up(in, in_pieces, texts, MANY, names);
  step("several sent");
  await_events(two, POLLIN);
  state("two of them", recvmmsg(two, in, 2, 0, NULL), in, texts);
  struct timespec limit = {5, 0};
  state("one more", recvmmsg(two, in, 1, 0, &limit), in, texts);
  fact("time is left: %s", limit.tv_sec >= 0 && limit.tv_sec <= 5 ? "yes" : "no");
  feed(&limit, sizeof limit);
  char space[64];
  in[1].msg_hdr.msg_control = space;
  in[1].msg_hdr.msg_controllen = sizeof space;
  state("with room for control", recvmmsg(two, in, 2, MSG_DONTWAIT, NULL), in, texts);
  in[0].msg_hdr.msg_iov = NULL;
  in[0].msg_hdr.msg_iovlen = 0;
  in[1].msg_hdr.msg_controllen = 0;
  state("all that are left", recvmmsg(two, in, MANY, MSG_DONTWAIT, NULL), in, texts);
  feed(names, sizeof names);
  feed(texts, sizeof texts);
  check_error(recvmmsg(two, in, 4, MSG_DONTWAIT, NULL), EAGAIN);
  fact("none: %d %d", recvmmsg(two, in, 0, 0, NULL), sendmmsg(one, out, 0, 0));
  out[1].msg_hdr.msg_iov->iov_base = hole;
  fact("up to the bad one: %d", sendmmsg(one, out, SENT, 0));
  state("which came", recvmmsg(two, in, 4, MSG_WAITFORONE, NULL), in, texts);
}

static void datagrams(void) {
  struct sockaddr_in from, to;
  int one = bound_socket(SOCK_DGRAM, &from), two = bound_socket(SOCK_DGRAM, &to);
  names(one, two, &from, &to);
  lengths(one, two, &to);
  errors(one, two, &to);
  over_the_header(one, two, &to);
  several(one, two, &to);
  check(close(one) == 0 && close(two) == 0);
}

static void rights(int over, int at) {
  union {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } control;
  memset(&control, 0, sizeof control);
  int ends[2], passed;
  check(pipe(ends) == 0);
  struct iovec out = {"d", 1};
  struct msghdr message = {.msg_iov = &out, .msg_iovlen = 1, .msg_control = control.space,
                           .msg_controllen = sizeof control.space};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), ends + 1, sizeof passed);
  check(sendmsg(over, &message, 0) == 1 && sendmsg(over, &message, 0) == 1);
  check(close(ends[1]) == 0);
  step("descriptors in flight");
  char byte;
  struct iovec in = {&byte, 1};
  message.msg_iov = &in;
  check(recvmsg(at, &message, 0) == 1);
  memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof passed);
  check(write(passed, &byte, 1) == 1 && close(passed) == 0);
  receive_text(at, 0, "without room for a descriptor");
  check(read(ends[0], &byte, 1) == 1 && byte == 'd');
  fact("the end of the pipe: %zd", read(ends[0], &byte, 1));
  check(close(ends[0]) == 0);
}

static void unix_sockets(void) {
  int pair[2], stream[2];
  check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, stream) == 0);
  check(send_text(pair[0], "a unix datagram", NULL, 0) == 15);
  check(send_text(stream[0], "first,", NULL, 0) == 6);
  check(send_text(stream[0], "second", NULL, 0) == 6);
  step("unix messages sent");
  receive_text(pair[1], 0, "datagram");
  receive_text(stream[1], MSG_PEEK, "peeked in the stream");
  char text[16] = {0};
  struct iovec in[2] = {{text, 2}, {text + 2, 10}};
  struct msghdr message = {.msg_iov = in, .msg_iovlen = 2};
  ssize_t got = recvmsg(stream[1], &message, MSG_WAITALL);
  fact("stream: %zd %s", got, text);
  rights(stream[0], stream[1]);
  check(send_text(stream[0], "the end", NULL, 0) == 7 && close(stream[0]) == 0);
  receive_text(stream[1], 0, "before the end");
  receive_text(stream[1], 0, "end");
  check_error(send_text(stream[1], "nobody", NULL, 0), EPIPE);
  check(close(pair[0]) == 0 && close(pair[1]) == 0 && close(stream[1]) == 0);
}

static void named_unix_sockets(void) {
  struct sockaddr_un one = {.sun_family = AF_UNIX, .sun_path = "messages.one"}, name;
  struct sockaddr_un two = {.sun_family = AF_UNIX, .sun_path = "messages.other"};
  int from = socket(AF_UNIX, SOCK_DGRAM, 0), to = socket(AF_UNIX, SOCK_DGRAM, 0);
  check(bind(from, (struct sockaddr *)&one, sizeof one) == 0);
  check(bind(to, (struct sockaddr *)&two, sizeof two) == 0);
  check(send_text(from, "by path", &two, sizeof two) == 7);
  step("sent by path");
  char text[16] = {0};
  struct iovec in = {text, sizeof text};
  struct msghdr message = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &in,
                           .msg_iovlen = 1};
  memset(&name, 0, sizeof name);
  check(recvmsg(to, &message, 0) == 7);
  fact("%s from %s", text, name.sun_path);
  feed_header(&message);
  feed(&name, sizeof name);
  check(close(from) == 0 && close(to) == 0);
  check(unlink("messages.one") == 0 && unlink("messages.other") == 0);
}

static void connection(void) {
  struct sockaddr_in address;
  int listener = listening_socket(&address), client, server;
  connect_to_self(listener, &address, &client, &server);
  check(send_text(client, "over a connection", NULL, 0) == 17);
  step("sent over the connection");
  await_events(server, POLLIN);
  receive_text(server, MSG_PEEK, "peeked");
  struct sockaddr_in name = {0};
  char text[16] = {0};
  struct iovec in = {text, 5}, gone = {hole, 5};
  struct msghdr message = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &in,
                           .msg_iovlen = 1};
  ssize_t got = recvmsg(server, &message, 0);
  fact("%zd %s, a name of %u bytes", got, text, message.msg_namelen);
  feed_header(&message);
  message.msg_iov = &gone;
  check_error(recvmsg(server, &message, 0), EFAULT);
  got = recvmsg(server, &(struct msghdr){.msg_iov = &in, .msg_iovlen = 1}, MSG_TRUNC);
  fact("thrown away %zd", got);
  receive_text(server, 0, "the rest");
  char texts[2][16] = {"two at", " once"};
  struct iovec pieces[2] = {{texts[0], 6}, {texts[1], 5}};
  struct mmsghdr out[2] = {{.msg_hdr = {.msg_iov = pieces, .msg_iovlen = 1}},
                           {.msg_hdr = {.msg_iov = pieces + 1, .msg_iovlen = 1}}};
  check(sendmmsg(server, out, 2, 0) == 2 && out[1].msg_len == 5);
  await_events(client, POLLIN);
  memset(texts, 0, sizeof texts);
  read_fully(client, texts, 11);
  fact("both: %.11s", (char *)texts);
  check(close(server) == 0);
  await_events(client, POLLIN);
  receive_text(client, 0, "the end");
  check(close(client) == 0 && close(listener) == 0);
}

/* Many a call, so that a test can count how they were made. */
static void often(void) {
  int pair[2];
  check(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
  step("before");
  for (int i = 0; i < OFTEN; i++) {
    char text[32] = {0};
    struct iovec out[2] = {{&i, sizeof i}, {"text", 4}}, in = {text, sizeof text};
    struct mmsghdr sent = {.msg_hdr = {.msg_iov = out, .msg_iovlen = 2}};
    struct mmsghdr received = {.msg_hdr = {.msg_iov = &in, .msg_iovlen = 1}};
    check(sendmsg(pair[0], &sent.msg_hdr, 0) == 8 && sendmmsg(pair[0], &sent, 1, 0) == 1);
    check(recvmsg(pair[1], &received.msg_hdr, 0) == 8);
    feed(text, sizeof text);
    check(recvmmsg(pair[1], &received, 1, 0, NULL) == 1 && received.msg_len == 8);
    feed(text, sizeof text);
  }
  step("after");
  check(close(pair[0]) == 0 && close(pair[1]) == 0);
}

static void body(void) {
  static int round;
  if (round++ == 0) often();
  datagrams();
  unix_sockets();
  named_unix_sockets();
  connection();
}

int main(int argc, char **argv) {
  hole = mmap(NULL, HOLE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(hole != MAP_FAILED);
  return run_steps(argc, argv, body);
}
