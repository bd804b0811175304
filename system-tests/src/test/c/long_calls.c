/* Long calls that only a death can cut short: a reader of a file never gets less than there is. */
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "steps.h"

enum { SIZE = 1 << 20, START = 1000, REST = SIZE - START };

static char content[SIZE], copy[SIZE];

static void got(const char *call, ssize_t result, size_t from) {
  fact("%s %zd, equal %s", call, result,
       result >= 0 && memcmp(copy, content + from, result) == 0 ? "yes" : "no");
  memset(copy, 0, SIZE);
}

static void reads(int file) {
  struct iovec parts[3] = {{copy, 70000}, {copy + 70000, 1}, {copy + 70001, SIZE - 70001}};
  check(lseek(file, START, SEEK_SET) == START);
  got("read", read(file, copy, SIZE), START);
  got("pread64", pread(file, copy, SIZE, 5), 5);
  check(lseek(file, 0, SEEK_SET) == 0);
  got("readv", readv(file, parts, 3), 0);
  got("preadv", preadv(file, parts, 3, START), START);
  fact("position %lld", (long long)lseek(file, 0, SEEK_CUR));
}

static void writes(int file) {
  struct iovec parts[3] = {{content, 70000}, {content + 70000, 1}, {content + 70001, SIZE - 70001}};
  int target = open("target", O_RDWR | O_CREAT | O_TRUNC, 0600);
  fact("write %zd", write(target, content, SIZE));
  got("written", pread(target, copy, SIZE, 0), 0);
  fact("writev %zd", writev(target, parts, 3));
  got("written", pread(target, copy, SIZE, SIZE), 0);
  fact("pwrite64 %zd", pwrite(target, content, SIZE, 2 * SIZE));
  got("written", pread(target, copy, SIZE, 2 * SIZE), 0);
  off_t from = START;
  check(lseek(target, 0, SEEK_SET) == 0);
  ssize_t sent = sendfile(target, file, &from, SIZE);
  fact("sendfile %zd %lld", sent, (long long)from);
  got("sent", pread(target, copy, REST, 0), START);
  loff_t in = START, out = 7;
  ssize_t copied = copy_file_range(file, &in, target, &out, SIZE, 0);
  fact("copy_file_range %zd %lld %lld", copied, (long long)in, (long long)out);
  got("copied", pread(target, copy, REST, 7), START);
  check(close(target) == 0 && unlink("target") == 0);
}

static void splices(int file) {
  int ends[2];
  check(pipe(ends) == 0);
  int room = fcntl(ends[1], F_SETPIPE_SZ, SIZE / 2);
  loff_t from = 4096;
  fact("splice %zd of %d", splice(file, &from, ends[1], NULL, SIZE, 0), room);
  int target = open("target", O_RDWR | O_CREAT | O_TRUNC, 0600);
  fact("splice %zd", splice(ends[0], NULL, target, NULL, SIZE, 0));
  got("spliced", pread(target, copy, SIZE, 0), 4096);
  check(close(target) == 0 && unlink("target") == 0);
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void devices(void) {
  int zero = open("/dev/zero", O_RDONLY);
  fact("zero %zd", read(zero, copy, SIZE));
  check(close(zero) == 0);
  int random = open("/dev/urandom", O_RDONLY);
  fact("urandom %zd", read(random, copy, SIZE / 4));
  feed(copy, SIZE / 4);
  check(close(random) == 0);
  fact("getrandom %zd", getrandom(copy, SIZE / 4, 0));
  feed(copy, SIZE / 4);
}

static void body(void) {
  int file = open("source", O_RDWR | O_CREAT | O_TRUNC, 0600);
  check(write(file, content, SIZE) == SIZE);
  reads(file);
  writes(file);
  splices(file);
  devices();
  step("round");
  check(close(file) == 0 && unlink("source") == 0);
}

int main(int argc, char **argv) {
  fill(content, SIZE, 11);
  return run_steps(argc, argv, body);
}
