/* Tables of descriptors that are each process's own, on files that they share. */
#include "members.h"
#include "sockets.h"

/* What the child says of what it was told to do. */
struct answer {
  char text[8];
  int number;
};

static int orders[2], answers[2], pair[2], file;
static struct answer *shared;

static int received(void) {
  char byte, space[CMSG_SPACE(sizeof(int))];
  struct iovec in = {&byte, 1};
  struct msghdr message = {.msg_iov = &in, .msg_iovlen = 1, .msg_control = space,
                           .msg_controllen = sizeof space};
  int descriptor;
  check(recvmsg(pair[1], &message, 0) == 1);
  memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  return descriptor;
}

static int opened_null(void) {
  int opened = open("/dev/null", O_RDONLY);
  check(opened >= 0);
  return opened;
}

static int obey(void *unused) {
  char letter, byte;
  int kept = -1, taken = -1;
  (void)unused;
  check(close(orders[1]) == 0 && close(answers[0]) == 0 && close(pair[0]) == 0);
  while (read(orders[0], &letter, 1) == 1 && letter != 'e') {
    switch (letter) {
      case 'r':
        check(read(file, shared->text, 5) == 5);
        break;
      case 'd': /* the file's number is the null device's for a while */
        kept = dup(file);
        shared->number = opened_null();
        check(dup2(shared->number, file) == file && close(shared->number) == 0);
        check(read(file, &byte, 1) == 0 && fcntl(file, F_SETFD, FD_CLOEXEC) == 0);
        break;
      case 'u':
        check(dup2(kept, file) == file && close(kept) == 0 && fcntl(file, F_GETFD) == 0);
        break;
      case 'c':
        check(close(file) == 0);
        check_error(read(file, &byte, 1), EBADF);
        shared->number = opened_null();
        check(close(shared->number) == 0);
        break;
      case 't':
        shared->number = taken = received();
        break;
      case 'w':
        check(write(taken, "by the child", 12) == 12);
        break;
      default:
        return 98;
    }
    check(write(answers[1], &letter, 1) == 1);
  }
  return letter;
}

static void order(char letter) {
  char answer;
  check(write(orders[1], &letter, 1) == 1);
  check(read(answers[0], &answer, 1) == 1 && answer == letter);
}

static void read_in_turns(const char *when) {
  char text[8] = "";
  check(read(file, text, 5) == 5);
  order('r');
  fact("%s: %s, the child %s", when, text, shared->text);
}

static void body(void) {
  char text[32] = "";
  int through[2];
  shared = share(sizeof *shared);
  check((file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600)) >= 0);
  for (int i = 0; i < 10; i++) {
    check(dprintf(file, "part%d", i) == 5);
  }
  check(lseek(file, 0, SEEK_SET) == 0);
  check(pipe(orders) == 0 && pipe(answers) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  step("alone");
  pid_t child = bear(obey, NULL);
  check(close(orders[0]) == 0 && close(answers[1]) == 0 && close(pair[1]) == 0);
  read_in_turns("from the begin");
  step("one offset");
  read_in_turns("on");
  check(pipe(through) == 0);
  order('d');
  fact("the child's lowest is %d above, the parent's %d", shared->number - file,
       through[0] - file);
  check(read(file, text, 5) == 5 && fcntl(file, F_GETFD) == 0);
  fact("the parent's file is still there: %s", text);
  step("another file in the child");
  order('u');
  read_in_turns("back");
  pass_descriptor(pair[0], through[1]);
  step("a descriptor in flight");
  check(close(through[1]) == 0);
  order('t');
  fact("received %d above", shared->number - file);
  step("received");
  order('w');
  memset(text, 0, sizeof text);
  check(read(through[0], text, sizeof text) == 12);
  fact("written %s", text);
  order('c');
  fact("closed, and its number taken again: %d", shared->number == file);
  check(lseek(file, 45, SEEK_SET) == 45 && read(file, text, 5) == 5);
  step("closed in the child");
  check(write(orders[1], "e", 1) == 1);
  check(read(through[0], text, 1) == 0 && read(answers[0], text, 1) == 0);
  fact("the child's end closes what it had: %d", end_of(child));
  int ends[] = {orders[1], answers[0], pair[0], through[0], file};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    check(close(ends[i]) == 0);
  }
  check(unlink("file") == 0 && munmap(shared, sizeof *shared) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
