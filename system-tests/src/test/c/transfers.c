/*
 * Blocking transfers, each in one call, to and from a peer that takes its time. While they block, an
 * ignored signal comes many a second, of which whoever traces a process is told; and the peer may
 * have the process killed in the middle. Each call must return the whole count all the same.
 *
 * The peer connects to the port in the file "port". It is told 'S' or 'R' and a length: it takes that
 * many bytes and answers with their sum, or sends that many.
 */
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/time.h>

#include "sockets.h"

enum { LENGTH = 3 << 20, PIECES = 700, PIPE_BYTES = 1 << 20, PERIOD_MICROS = 5000 };

static char data[LENGTH];
static int peer;

static uint64_t sum(const char *bytes, size_t length) {
  uint64_t value = 0;
  for (size_t i = 0; i < length; i++) {
    value = value * 31 + (unsigned char)bytes[i];
  }
  return value;
}

static void receive_all(void *to, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t got = read(peer, (char *)to + done, length - done);
    check(got > 0);
    done += got;
  }
}

static void tell(char what, uint64_t length) {
  char request[9] = {what};
  memcpy(request + 1, &length, 8);
  check(write(peer, request, sizeof request) == sizeof request);
}

/* Pieces of unequal length that together are the first length bytes of data. */
static int cut(struct iovec *pieces, size_t length) {
  int count = 0;
  for (size_t at = 0; at < length; count++) {
    size_t piece = count == PIECES - 1 ? length - at : (size_t)count * 13 % (2 * LENGTH / PIECES);
    piece = piece > length - at ? length - at : piece;
    pieces[count] = (struct iovec){data + at, piece};
    at += piece;
  }
  return count;
}

static ssize_t by_write(void) { return write(peer, data, LENGTH); }
static ssize_t by_send(void) { return send(peer, data, LENGTH, MSG_NOSIGNAL); }

static ssize_t by_writev(void) {
  struct iovec pieces[PIECES];
  return writev(peer, pieces, cut(pieces, LENGTH));
}

static ssize_t by_pwritev2(void) {
  struct iovec pieces[PIECES];
  return pwritev2(peer, pieces, cut(pieces, LENGTH), -1, 0);
}

static ssize_t by_sendmsg(void) {
  struct iovec pieces[PIECES], before[PIECES];
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = cut(pieces, LENGTH)}, same = message;
  memcpy(before, pieces, sizeof pieces);
  ssize_t sent = sendmsg(peer, &message, MSG_NOSIGNAL);
  check(memcmp(before, pieces, sizeof pieces) == 0 && memcmp(&same, &message, sizeof same) == 0);
  return sent;
}

static ssize_t by_sendmmsg(void) {
  enum { MESSAGES = 5 };
  struct iovec pieces[MESSAGES];
  struct mmsghdr messages[MESSAGES] = {{{0}, 0}};
  size_t at = 0;
  for (int i = 0; i < MESSAGES; i++) {
    size_t length = i == MESSAGES - 1 ? LENGTH - at : LENGTH / 8 + (size_t)i * 100001;
    pieces[i] = (struct iovec){data + at, length};
    messages[i].msg_hdr.msg_iov = pieces + i;
    messages[i].msg_hdr.msg_iovlen = 1;
    at += length;
  }
  int sent = sendmmsg(peer, messages, MESSAGES, MSG_NOSIGNAL);
  fact("sendmmsg: %d messages", sent);
  ssize_t bytes = 0;
  for (int i = 0; i < sent; i++) {
    check(messages[i].msg_len == pieces[i].iov_len);
    bytes += messages[i].msg_len;
  }
  return bytes;
}

static ssize_t by_sendfile(void) {
  int file = open("sent", O_RDWR | O_CREAT | O_TRUNC, 0600);
  check(file >= 0 && write(file, data, LENGTH) == LENGTH && lseek(file, 0, SEEK_SET) == 0);
  off_t offset = 1;
  check(write(peer, data, 1) == 1);
  ssize_t sent = sendfile(peer, file, &offset, LENGTH - 1);
  check(offset == LENGTH && lseek(file, 0, SEEK_CUR) == 0);
  check(close(file) == 0 && unlink("sent") == 0);
  return sent + 1;
}

static ssize_t by_splice(void) {
  int ends[2];
  check(pipe(ends) == 0 && fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) == PIPE_BYTES);
  check(write(ends[1], data, PIPE_BYTES) == PIPE_BYTES);
  ssize_t sent = splice(ends[0], NULL, peer, NULL, PIPE_BYTES, 0);
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
  return sent;
}

static ssize_t by_recv(void) { return recv(peer, data, LENGTH, MSG_WAITALL); }

static ssize_t by_recvfrom(void) {
  struct sockaddr_in from;
  socklen_t length = sizeof from;
  return recvfrom(peer, data, LENGTH, MSG_WAITALL, (struct sockaddr *)&from, &length);
}

static ssize_t by_recvmsg(void) {
  struct iovec pieces[PIECES];
  char control[64];
  struct msghdr message = {.msg_iov = pieces, .msg_iovlen = cut(pieces, LENGTH),
                           .msg_control = control, .msg_controllen = sizeof control};
  ssize_t got = recvmsg(peer, &message, MSG_WAITALL);
  check(message.msg_iov == pieces && message.msg_controllen == 0 && message.msg_flags == 0);
  return got;
}

/* A call that fails, so that the next one is not the first from its place in the C library. */
static void refused(ssize_t (*transfer)(void)) {
  int kept = peer;
  peer = -1;
  check(transfer() <= 0 && errno == EBADF);
  peer = kept;
}

static void sends(const char *name, ssize_t (*transfer)(void), size_t length) {
  step(name);
  fill(data, LENGTH, length + name[3]);
  if (transfer != by_sendfile && transfer != by_splice) refused(transfer);
  uint64_t expected = sum(data, length), answer = 0;
  tell('S', length);
  ssize_t sent = transfer();
  fact("%s: %zd", name, sent);
  receive_all(&answer, sizeof answer);
  fact("%s arrived %s", name, answer == expected ? "whole" : "damaged");
}

static void receives(const char *name, ssize_t (*transfer)(void)) {
  step(name);
  memset(data, 0, sizeof data);
  uint64_t expected = 0;
  tell('R', LENGTH);
  ssize_t got = transfer();
  fact("%s: %zd", name, got);
  receive_all(&expected, sizeof expected);
  fact("%s arrived %s", name, sum(data, LENGTH) == expected ? "whole" : "damaged");
  feed(data, sizeof data);
}

static void meet_peer(void) {
  struct sockaddr_in address;
  int listener = bound_socket(SOCK_STREAM | SOCK_CLOEXEC, &address), small = 1 << 14;
  check(listen(listener, 1) == 0);
  check(setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
  check(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
  char line[16];
  int length = snprintf(line, sizeof line, "%d\n", ntohs(address.sin_port));
  int file = open("port.new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  check(write(file, line, length) == length && close(file) == 0);
  check(rename("port.new", "port") == 0);
  peer = accept(listener, NULL, NULL);
  check(peer >= 0 && close(listener) == 0 && unlink("port") == 0);
}

int main(void) {
  steps_begin();
  step("begin");
  meet_peer();
  check(signal(SIGALRM, SIG_IGN) != SIG_ERR);
  struct itimerval storm = {{0, PERIOD_MICROS}, {0, PERIOD_MICROS}}, calm = {0};
  check(setitimer(ITIMER_REAL, &storm, NULL) == 0);
  sends("write", by_write, LENGTH);
  sends("send", by_send, LENGTH);
  sends("writev", by_writev, LENGTH);
  sends("pwritev2", by_pwritev2, LENGTH);
  sends("sendmsg", by_sendmsg, LENGTH);
  sends("sendmmsg", by_sendmmsg, LENGTH);
  sends("sendfile", by_sendfile, LENGTH);
  sends("splice", by_splice, PIPE_BYTES);
  receives("recv", by_recv);
  receives("recvfrom", by_recvfrom);
  receives("recvmsg", by_recvmsg);
  check(setitimer(ITIMER_REAL, &calm, NULL) == 0);
  step("end");
  fact("done");
  return 0;
}
