/* Copies inside the kernel: sendfile, splice, tee, copy_file_range. */
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "steps.h"

enum { SIZE = 40000 };

static char content[SIZE], copy[SIZE];

static int source(void) {
  int file = open("source", O_RDWR | O_CREAT | O_TRUNC, 0600);
  fill(content, SIZE, 11);
  check(write(file, content, SIZE) == SIZE);
  return file;
}

static void by_sendfile(int file) {
  int pair[2];
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  off_t offset = 100;
  ssize_t sent = sendfile(pair[0], file, &offset, 20000);
  fact("sendfile %zd, offset %lld", sent, (long long)offset);
  step("file in the socket");
  size_t got = 0;
  while (got < 20000) {
    ssize_t n = read(pair[1], copy + got, SIZE - got);
    check(n > 0);
    got += n;
  }
  fact("equal %s", memcmp(copy, content + 100, 20000) == 0 ? "yes" : "no");
  check(lseek(file, 0, SEEK_SET) == 0);
  check(sendfile(pair[0], file, NULL, 10) == 10);
  fact("position %lld", (long long)lseek(file, 0, SEEK_CUR));
  check(close(pair[0]) == 0 && close(pair[1]) == 0);
}

static void by_splice(int file) {
  int first[2], second[2];
  check(pipe(first) == 0 && pipe(second) == 0);
  loff_t offset = 4096;
  ssize_t spliced = splice(file, &offset, first[1], NULL, 8192, 0);
  fact("splice %zd, offset %lld", spliced, (long long)offset);
  ssize_t teed = tee(first[0], second[1], 8192, 0);
  fact("tee %zd", teed);
  step("in two pipes");
  check(read(first[0], copy, spliced) == spliced);
  fact("equal %s", memcmp(copy, content + 4096, spliced) == 0 ? "yes" : "no");
  memset(copy, 0, SIZE);
  check(read(second[0], copy, teed) == teed);
  fact("equal %s", memcmp(copy, content + 4096, teed) == 0 ? "yes" : "no");
  check_error(splice(file, NULL, file, NULL, 1, 0), EINVAL);
  for (int i = 0; i < 2; i++) {
    check(close(first[i]) == 0 && close(second[i]) == 0);
  }
}

static void by_range(int file) {
  int target = open("target", O_RDWR | O_CREAT | O_TRUNC, 0600);
  loff_t in = 1000, out = 0;
  ssize_t copied = copy_file_range(file, &in, target, &out, 30000, 0);
  fact("copy_file_range %zd %lld %lld", copied, (long long)in, (long long)out);
  step("copied");
  check(pread(target, copy, 30000, 0) == 30000);
  fact("equal %s", memcmp(copy, content + 1000, 30000) == 0 ? "yes" : "no");
  check(close(target) == 0 && unlink("target") == 0);
}

static void body(void) {
  int file = source();
  by_sendfile(file);
  by_splice(file);
  by_range(file);
  check(close(file) == 0 && unlink("source") == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
