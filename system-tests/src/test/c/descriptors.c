/* Descriptors: numbers, many of them, duplicates, flags, limits, closing ranges. */
#include <sys/resource.h>

#include "steps.h"

static void numbers(void) {
  int first = open("/dev/null", O_RDWR);
  fact("lowest free %d", first);
  int second = dup(first), third = dup2(first, 100), fourth = dup3(first, 101, O_CLOEXEC);
  fact("dup %d %d %d", second, third, fourth);
  fact("at least 50: %d", fcntl(first, F_DUPFD, 50));
  fact("at least 50, close on exec: %d", fcntl(first, F_DUPFD_CLOEXEC, 50));
  fact("flags %d %d", fcntl(50, F_GETFD), fcntl(51, F_GETFD));
  check(close(second) == 0);
  step("duplicates made");
  fact("lowest free %d", dup(first));
  check(dup2(first, first) == first);
  check_error(dup3(first, first, 0), EINVAL);
  check_error(dup2(399, 5), EBADF);
  check(fcntl(first, F_SETFL, O_APPEND | O_NONBLOCK) == 0);
  fact("status flags %x", fcntl(third, F_GETFL) & ~O_LARGEFILE);
  check(syscall(SYS_close_range, first, 101, 0) == 0);
  check_error(fcntl(third, F_GETFD), EBADF);
  step("range closed");
}

static void many(void) {
  struct rlimit limit, lower;
  check(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  feed(&limit, sizeof limit);
  int ends[2], opened = 0;
  check(pipe(ends) == 0);
  int first = ends[0];
  lower = (struct rlimit){.rlim_cur = 300, .rlim_max = limit.rlim_max};
  check(setrlimit(RLIMIT_NOFILE, &lower) == 0);
  while (dup(ends[0]) >= 0) {
    opened++;
    if (opened == 150) {
      step("150 descriptors");
    }
  }
  check(errno == EMFILE);
  fact("opened %d until the limit", opened);
  step("all descriptors used");
  check_error(open("/dev/null", O_RDONLY), EMFILE);
  check_error(pipe(ends), EMFILE);
  check(syscall(SYS_close_range, first, 299, 0) == 0);
  check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  int again = open("/dev/null", O_RDONLY);
  fact("free again: %d", again);
  check(close(again) == 0);
}

static void listed(void) {
  char target[64];
  int file = open("/dev/zero", O_RDONLY);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  ssize_t length = readlink(path, target, sizeof target);
  fact("/proc/self/fd shows %.*s", (int)length, target);
  check(close(file) == 0);
}

static void body(void) {
  numbers();
  many();
  listed();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
