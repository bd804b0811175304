/* Pipes, eventfd, inotify and memfd: objects that only a descriptor names. */
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "steps.h"

static void pipes(void) {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  char text[64] = {0};
  check_error(read(ends[0], text, 1), EAGAIN);
  check(write(ends[1], "kept in the pipe", 16) == 16);
  step("pipe filled");
  check(read(ends[0], text, 7) == 7);
  fact("read %s", text);
  check(read(ends[0], text, sizeof text) == 9);
  fact("read %.9s", text);
  check(fcntl(ends[1], F_GETPIPE_SZ) >= 4096);
  size_t filled = 0;
  static char block[4096];
  ssize_t written;
  while ((written = write(ends[1], block, sizeof block)) > 0) {
    filled += written;
  }
  check(errno == EAGAIN);
  fact("full: %s", filled == (size_t)fcntl(ends[1], F_GETPIPE_SZ) ? "yes" : "no");
  check(close(ends[1]) == 0);
  while (read(ends[0], block, sizeof block) > 0) {
  }
  check(close(ends[0]) == 0);
}

static void counters(void) {
  int counter = eventfd(5, EFD_CLOEXEC | EFD_NONBLOCK);
  int semaphore = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK);
  eventfd_t value;
  check(eventfd_write(counter, 37) == 0);
  step("eventfd counted");
  check(eventfd_read(counter, &value) == 0);
  fact("eventfd %llu", (unsigned long long)value);
  check_error(eventfd_read(counter, &value), EAGAIN);
  int taken = 0;
  while (eventfd_read(semaphore, &value) == 0) {
    taken += value;
  }
  fact("semaphore %d", taken);
  check_error(eventfd_write(counter, UINT64_MAX), EINVAL);
  check(close(counter) == 0 && close(semaphore) == 0);
}

static void watches(void) {
  int watcher = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  check(watcher >= 0);
  int watch = inotify_add_watch(watcher, ".", IN_CREATE | IN_DELETE | IN_MOVED_TO);
  check(watch >= 0);
  int file = open("watched", O_WRONLY | O_CREAT, 0600);
  check(file >= 0 && close(file) == 0);
  step("watched file made");
  check(rename("watched", "watched too") == 0);
  check(unlink("watched too") == 0);
  char buffer[4096] __attribute__((aligned(8)));
  ssize_t got = read(watcher, buffer, sizeof buffer);
  check(got > 0);
  feed(buffer, got);
  for (ssize_t at = 0; at < got;) {
    struct inotify_event *event = (struct inotify_event *)(buffer + at);
    fact("event %x %s", event->mask, event->len > 0 ? event->name : "");
    at += sizeof *event + event->len;
  }
  check(inotify_rm_watch(watcher, watch) == 0);
  check(read(watcher, buffer, sizeof buffer) > 0);
  check_error(read(watcher, buffer, sizeof buffer), EAGAIN);
  check(close(watcher) == 0);
}

static void memory_file(void) {
  int file = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  check(file >= 0);
  check(write(file, "sealed", 6) == 6);
  check(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW) == 0);
  step("memfd sealed");
  check_error(write(file, "x", 1), EPERM);
  fact("seals %x", fcntl(file, F_GET_SEALS));
  char text[8] = {0};
  check(pread(file, text, sizeof text, 0) == 6);
  fact("content %s", text);
  check(close(file) == 0);
}

static void body(void) {
  pipes();
  counters();
  watches();
  memory_file();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
