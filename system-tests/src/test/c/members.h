/*
 * What the tiny programs with several processes share. Facts and steps are the first process's; the
 * others share memory with it, and stand in a call when it comes to a step.
 */
#ifndef MEMBERS_H
#define MEMBERS_H

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "steps.h"

/* Memory that all children made later share. */
static inline void *share(size_t size) {
  void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(shared != MAP_FAILED);
  return shared;
}

/* Makes a child that ends with what the function returns. */
static inline pid_t bear(int (*function)(void *), void *argument) {
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    _exit(function(argument));
  }
  return child;
}

/* What children do: end with the byte that comes through a pipe, or live until they are killed. */
static inline int end_by_order(void *pipe_ends) {
  unsigned char status;
  return read(((int *)pipe_ends)[0], &status, 1) == 1 ? status : 99;
}

static inline void tell_to_end(const int *pipe_ends, unsigned char status) {
  check(write(pipe_ends[1], &status, 1) == 1);
}

static inline int stay(void *unused) {
  (void)unused;
  while (pause() == -1) {
  }
  return 99;
}

/* Waits for a child; returns how it ended as a shell sees it. */
static inline int end_of(pid_t child) {
  int status;
  pid_t ended;
  do {
    ended = waitpid(child, &status, 0);
  } while (ended == -1 && errno == EINTR);
  check(ended == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Writes all of it, to whatever blocks. */
static inline void write_fully(int descriptor, const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t written = write(descriptor, at, length);
    check(written > 0 || (written == -1 && errno == EINTR));
    at += written > 0 ? written : 0;
    length -= written > 0 ? written : 0;
  }
}

static inline void write_line(int descriptor, const char *line) {
  write_fully(descriptor, line, strlen(line));
}

/* Reads up to a line's end, byte by byte; returns whether there was one. */
static inline int read_line(int descriptor, char *line, size_t size) {
  size_t length = 0;
  for (;;) {
    ssize_t got = read(descriptor, line + length, 1);
    if (got == -1 && errno == EINTR) {
      continue;
    }
    check(got >= 0 && length < size - 1);
    if (got == 0 || line[length] == '\n') {
      line[length + got] = 0;
      return got == 1;
    }
    length++;
  }
}

#endif
