/*
 * Threads that race for what no lock guards. What comes out differs from run to run, but a process
 * that takes over must have seen the very same: each step's hash holds all that was read so far.
 */
#include "threads.h"

enum { THREADS = 5, ROUNDS = 300 };

static volatile long unlocked;
static volatile uint64_t mixed;
static volatile int stop;
static int ends[2];
static pthread_barrier_t barrier;
static struct node {
  struct node *volatile next;
  long value;
} nodes[THREADS * ROUNDS], *volatile head;

static void *races(void *argument) {
  long me = (long)argument;
  for (long round = 0; round < ROUNDS; round++) {
    long seen = unlocked;
    for (volatile int pause = 0; pause < 50 * me; pause++) {
    }
    unlocked = seen + 1;
    mixed = (mixed ^ (uint64_t)(me * 1000003 + round)) * 1099511628211ULL;
    struct node *node = &nodes[me * ROUNDS + round];
    node->value = seen;
    node->next = head;
    head = node;
    if (round % 7 == me % 7) {
      char byte = (char)me;
      check(write(ends[1], &byte, 1) == 1);
    }
    if (round % 11 == me) {
      sched_yield();
    }
  }
  pthread_barrier_wait(&barrier);
  return NULL;
}

/* Computes for longer than a turn lasts, without a call. */
static void *computes(void *argument) {
  uint64_t hash = (uint64_t)(long)argument;
  for (int i = 0; i < 4000000; i++) {
    hash = (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9ULL + 1;
    if (i % 100000 == 0) {
      mixed ^= hash;
    }
  }
  return (void *)(long)(hash & 0xffffffff);
}

static void *spins_until_stopped(void *unused) {
  long turns = 0;
  (void)unused;
  while (!stop) {
    turns++;
    sched_yield();
  }
  return (void *)turns;
}

static void feed_all(void) {
  feed_value(unlocked);
  feed_value(mixed);
  long length = 0;
  for (struct node *node = head; node != NULL && length < THREADS * ROUNDS; node = node->next) {
    feed_value(node->value);
    length++;
  }
  feed_value(length);
}

static void body(void) {
  pthread_t threads[THREADS];
  unlocked = 0;
  stop = 0;
  head = NULL;
  check(pipe(ends) == 0);
  check_ok(pthread_barrier_init(&barrier, NULL, THREADS + 1));
  for (long i = 0; i < THREADS; i++) {
    threads[i] = start(races, (void *)i);
  }
  feed_value(unlocked);
  step("racing");
  feed_all();
  step("racing on");
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < THREADS; i++) {
    join(threads[i]);
  }
  feed_all();
  char order[THREADS * ROUNDS];
  ssize_t got = read(ends[0], order, sizeof order);
  check(got > 0);
  feed(order, got);
  close(ends[0]);
  close(ends[1]);
  fact("order of %zd", got);
  step("raced");

  pthread_t spinner = start(spins_until_stopped, NULL);
  for (long i = 0; i < 3; i++) {
    threads[i] = start(computes, (void *)(i + 1));
  }
  step("computing");
  long results = 0;
  for (long i = 0; i < 3; i++) {
    results += (long)join(threads[i]);
  }
  fact("computed %ld", results);
  stop = 1;
  long turns = (long)join(spinner);
  feed_value(turns);
  feed_all();
  step("computed");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
