/* UDP: datagrams, truncation, sendmmsg and recvmmsg, control messages, connected sockets. */
#include "sockets.h"

static void single(int one, int two, struct sockaddr_in *to) {
  check(sendto(one, "datagram", 8, 0, (struct sockaddr *)to, sizeof *to) == 8);
  check(sendto(one, "", 0, 0, (struct sockaddr *)to, sizeof *to) == 0);
  check(sendto(one, "0123456789", 10, 0, (struct sockaddr *)to, sizeof *to) == 10);
  step("datagrams sent");
  char text[32] = {0};
  struct sockaddr_in from;
  socklen_t length = sizeof from;
  await_events(two, POLLIN);
  check(recvfrom(two, text, sizeof text, 0, (struct sockaddr *)&from, &length) == 8);
  feed(&from, length);
  fact("got %s", text);
  check(recv(two, text, sizeof text, 0) == 0);
  ssize_t whole = recv(two, text, 4, MSG_TRUNC | MSG_PEEK);
  struct iovec in = {text, 4};
  struct msghdr message = {.msg_iov = &in, .msg_iovlen = 1};
  ssize_t got = recvmsg(two, &message, 0);
  fact("whole %zd got %zd truncated %s", whole, got, message.msg_flags & MSG_TRUNC ? "yes" : "no");
  check_error(recv(two, text, sizeof text, MSG_DONTWAIT), EAGAIN);
}

static void several(int one, int two, struct sockaddr_in *to) {
  struct mmsghdr out[4], in[6];
  struct iovec out_pieces[4], in_pieces[6];
  char words[4][8] = {"zero", "one", "two", "three"}, texts[6][16];
  memset(out, 0, sizeof out);
  memset(in, 0, sizeof in);
  for (int i = 0; i < 4; i++) {
    out_pieces[i] = (struct iovec){words[i], strlen(words[i])};
    out[i].msg_hdr.msg_iov = &out_pieces[i];
    out[i].msg_hdr.msg_iovlen = 1;
    out[i].msg_hdr.msg_name = to;
    out[i].msg_hdr.msg_namelen = sizeof *to;
  }
  check(sendmmsg(one, out, 4, 0) == 4);
  for (int i = 0; i < 6; i++) {
    in_pieces[i] = (struct iovec){texts[i], sizeof texts[i]};
    in[i].msg_hdr.msg_iov = &in_pieces[i];
    in[i].msg_hdr.msg_iovlen = 1;
  }
  step("four sent at once");
  int got = recvmmsg(two, in, 6, MSG_DONTWAIT, NULL);
  fact("received at once %d", got);
  for (int i = 0; i < got; i++) {
    fact("%.*s", (int)in[i].msg_len, texts[i]);
  }
}

static void control(int one, int two, struct sockaddr_in *to) {
  int yes = 1;
  check(setsockopt(two, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes) == 0);
  check(setsockopt(two, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes) == 0);
  check(sendto(one, "info", 4, 0, (struct sockaddr *)to, sizeof *to) == 4);
  char text[16], space[256];
  struct iovec in = {text, sizeof text};
  struct msghdr message = {.msg_iov = &in, .msg_iovlen = 1, .msg_control = space,
                           .msg_controllen = sizeof space};
  await_events(two, POLLIN);
  check(recvmsg(two, &message, 0) == 4);
  feed(space, message.msg_controllen);
  int pktinfo = 0, timestamp = 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
    pktinfo += c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO;
    timestamp += c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS;
  }
  fact("control messages: %d packet info, %d time", pktinfo, timestamp);
  step("control read");
}

static void body(void) {
  struct sockaddr_in first, second;
  int one = bound_socket(SOCK_DGRAM, &first), two = bound_socket(SOCK_DGRAM, &second);
  single(one, two, &second);
  several(one, two, &second);
  control(one, two, &second);
  check(connect(one, (struct sockaddr *)&second, sizeof second) == 0);
  check(close(two) == 0);
  check(send(one, "nobody", 6, 0) == 6);
  await_events(one, POLLIN);
  char byte;
  check_error(recv(one, &byte, 1, MSG_DONTWAIT), ECONNREFUSED);
  check(close(one) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
