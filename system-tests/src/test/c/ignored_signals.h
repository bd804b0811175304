/* Signals that are ignored, many a second, and waits that must end on time all the same. */
#ifndef IGNORED_SIGNALS_H
#define IGNORED_SIGNALS_H

#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "steps.h"

enum { WAIT_MILLIS = 40, LATE_MILLIS = 4000, PERIOD_MICROS = 3000 };

static inline struct timespec wait_time(void) {
  return (struct timespec){.tv_nsec = WAIT_MILLIS * 1000000};
}

static inline void limit_socket(int socket, int option) {
  struct timeval limit = {.tv_usec = WAIT_MILLIS * 1000};
  check(setsockopt(socket, SOL_SOCKET, option, &limit, sizeof limit) == 0);
}

static struct timespec wait_began;

static inline void begin_wait(void) {
  check(clock_gettime(CLOCK_MONOTONIC, &wait_began) == 0);
}

/* Not before its time, and not long after it. */
static inline const char *punctual(void) {
  struct timespec now;
  check(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
  long millis = (now.tv_sec - wait_began.tv_sec) * 1000 +
                (now.tv_nsec - wait_began.tv_nsec) / 1000000;
  return millis < WAIT_MILLIS - 1 ? "early" : millis > LATE_MILLIS ? "late" : "in time";
}

/* Runs a body while an ignored signal comes every few milliseconds. */
static inline void under_ignored_signals(void (*body)(void)) {
  struct itimerval storm = {{0, PERIOD_MICROS}, {0, PERIOD_MICROS}}, calm = {0};
  check(signal(SIGALRM, SIG_IGN) != SIG_ERR);
  check(setitimer(ITIMER_REAL, &storm, NULL) == 0);
  body();
  check(setitimer(ITIMER_REAL, &calm, NULL) == 0);
}

#endif
