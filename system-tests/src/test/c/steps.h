/*
 * What the tiny programs share. A program is a list of facts about the kernel, in steps.
 *
 * Visible output is one line a step and a fact, and must be the same in every run; so facts are
 * counts, contents and errors, never times, pids or addresses. Those go into a running hash by
 * feed(). At each step the hash is stored in a file that outlives the process, and is compared with
 * the memory's when the step is over: a process that was replaced meanwhile by one that had learned
 * anything else ends with "memory differs". It is also an argument of a call at each step, so that a
 * replica that learned anything else is noticed while it follows.
 *
 * Environment: FT_GATE, path of a FIFO: each step takes one byte from it before going on.
 *              FT_SHOW: the hash goes to stderr at each step.
 * Arguments:   PROGRAM [ROUNDS]: how often the body runs, 1 by default.
 */
#ifndef STEPS_H
#define STEPS_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Descriptors of this header's own are kept out of the programs' way. */
enum { OWN_DESCRIPTORS = 400, WAIT_LIMIT_MILLIS = 20000 };

static uint64_t steps_hash = 14695981039346656037ULL;
static int steps_memory = -1;
static int steps_null = -1;
static int steps_gate = -1;

/* Writes one line of the transcript with a single call. */
__attribute__((format(printf, 1, 2))) static inline void fact(const char *format, ...) {
  char line[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  line[length++] = '\n';
  if (write(STDOUT_FILENO, line, length) != length) {
    _exit(70);
  }
}

#define check(condition)                                                                \
  do {                                                                                  \
    if (!(condition)) {                                                                 \
      int check_errno = errno;                                                          \
      fact("FAILED %s:%d: %s (errno %d)", __FILE__, __LINE__, #condition, check_errno); \
      _exit(71);                                                                        \
    }                                                                                   \
  } while (0)

/* The call must fail with the given error. */
#define check_error(call, error)     \
  do {                               \
    errno = 0;                       \
    check((call) == -1);             \
    check(errno == (error));         \
  } while (0)

/* Adds bytes to the hash (FNV-1a, eight bytes at a time where it can). */
static inline void feed(const volatile void *data, size_t length) {
  const unsigned char *bytes = (const unsigned char *)data;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    steps_hash = (steps_hash ^ word) * 1099511628211ULL;
    steps_hash ^= steps_hash >> 32;
    bytes += 8;
    length -= 8;
  }
  while (length-- > 0) {
    steps_hash = (steps_hash ^ *bytes++) * 1099511628211ULL;
  }
}

#define feed_value(value)               \
  do {                                  \
    const __typeof__(value) fed = (value);    \
    feed(&fed, sizeof fed);             \
  } while (0)

static inline int steps_keep(int descriptor) {
  check(descriptor >= 0);
  int kept = fcntl(descriptor, F_DUPFD_CLOEXEC, OWN_DESCRIPTORS);
  check(kept >= 0);
  close(descriptor);
  return kept;
}

/* Opens what the steps need; a program that was exec'd starts again with this. */
static inline void steps_begin(void) {
  steps_memory = steps_keep(memfd_create("steps", MFD_CLOEXEC));
  steps_null = steps_keep(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (getenv("FT_GATE") != NULL) {
    steps_gate = steps_keep(open(getenv("FT_GATE"), O_RDONLY | O_CLOEXEC));
  }
}

static inline void steps_compare(void) {
  uint64_t stored = 0;
  check(pread(steps_memory, &stored, sizeof stored, 0) == sizeof stored);
  if (stored != steps_hash) {
    fact("memory differs");
    _exit(72);
  }
}

/* Ends a step: prints its name, then waits at the gate if there is one. */
static inline void step(const char *name) {
  check(pwrite(steps_memory, &steps_hash, sizeof steps_hash, 0) == sizeof steps_hash);
  check(lseek(steps_null, (off_t)(steps_hash >> 1), SEEK_SET) == 0);
  if (getenv("FT_SHOW") != NULL) {
    dprintf(STDERR_FILENO, "%s %016llx\n", name, (unsigned long long)steps_hash);
  }
  fact("step %s", name);
  if (steps_gate >= 0) {
    char byte;
    ssize_t got;
    do {
      got = read(steps_gate, &byte, 1);
    } while (got == -1 && errno == EINTR);
    check(got == 1);
  }
  steps_compare();
}

/* Waits until the descriptor reports one of the events; returns what it reports. */
static inline int await_events(int descriptor, short events) {
  struct pollfd wanted = {.fd = descriptor, .events = events};
  int ready;
  do {
    ready = poll(&wanted, 1, WAIT_LIMIT_MILLIS);
  } while (ready == -1 && errno == EINTR);
  check(ready == 1);
  return wanted.revents;
}

/* Nanoseconds of a clock. */
static inline int64_t clock_nanos(clockid_t clock) {
  struct timespec now;
  check(clock_gettime(clock, &now) == 0);
  feed(&now, sizeof now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Fills a buffer with bytes that depend on the seed alone. */
static inline void fill(void *buffer, size_t length, uint64_t seed) {
  unsigned char *bytes = buffer;
  for (size_t i = 0; i < length; i++) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    bytes[i] = (unsigned char)(seed >> 56);
  }
}

static inline int run_steps(int argc, char **argv, void (*body)(void)) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  steps_begin();
  for (int round = 0; round < rounds; round++) {
    body();
  }
  step("end");
  fact("done");
  return 0;
}

#endif
