/*
 * Mutexes by which a thread inherits the priority of one that waits for it; where the kernel has none,
 * plain ones do, as in programs that can live without.
 */
#include "threads.h"

enum { THREADS = 4, ROUNDS = 200 };

static pthread_mutex_t mutex;
static long counted;

static void *counts(void *unused) {
  for (int i = 0; i < ROUNDS; i++) {
    check_ok(pthread_mutex_lock(&mutex));
    long seen = counted;
    if (i % 10 == 0) {
      sched_yield();
    }
    counted = seen + 1;
    check_ok(pthread_mutex_unlock(&mutex));
  }
  return unused;
}

static void body(void) {
  pthread_t threads[THREADS];
  pthread_mutexattr_t attributes;
  counted = 0;
  step("alone");
  check_ok(pthread_mutexattr_init(&attributes));
  check_ok(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
  int error = pthread_mutex_init(&mutex, &attributes);
  check(error == 0 || error == ENOTSUP);
  if (error == ENOTSUP) {
    check_ok(pthread_mutex_init(&mutex, NULL));
  }
  check_ok(pthread_mutex_lock(&mutex));
  for (int i = 0; i < THREADS; i++) {
    threads[i] = start(counts, NULL);
  }
  let_others_block();
  step("locked");
  check_ok(pthread_mutex_unlock(&mutex));
  for (int i = 0; i < THREADS; i++) {
    join(threads[i]);
  }
  fact("counted %ld", counted);
  step("unlocked");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
