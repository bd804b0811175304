/*
 * What the tiny programs with several threads share. Facts are printed by the main thread, or in an
 * order that the threads keep by what they wait for.
 */
#ifndef THREADS_H
#define THREADS_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "steps.h"

/* Pthreads functions return the error. */
#define check_ok(call)       \
  do {                       \
    errno = (call);          \
    check(errno == 0);       \
  } while (0)

static inline pthread_t start(void *(*function)(void *), void *argument) {
  pthread_t thread;
  check_ok(pthread_create(&thread, NULL, function, argument));
  return thread;
}

static inline void *join(pthread_t thread) {
  void *result;
  check_ok(pthread_join(thread, &result));
  return result;
}

/* The main thread waits until so many threads have said that they are about to block. */
static inline void await_posts(sem_t *semaphore, int count) {
  for (int i = 0; i < count; i++) {
    while (sem_wait(semaphore) != 0) {
      check(errno == EINTR);
    }
  }
}

/* Lets other threads come into the call that they are about to make; nothing depends on it. */
static inline void let_others_block(void) {
  struct timespec pause = {0, 3000000};
  check(clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL) == 0);
}

static inline struct timespec in_millis(clockid_t clock, int millis) {
  struct timespec then;
  check(clock_gettime(clock, &then) == 0);
  then.tv_nsec += millis * 1000000L;
  then.tv_sec += then.tv_nsec / 1000000000;
  then.tv_nsec %= 1000000000;
  return then;
}

#endif
