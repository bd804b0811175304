/* Many births and ends of threads: one after the other, in crowds, detached, each with its own id. */
#include "threads.h"

enum { SERIAL = 150, CROWD = 70, DETACHED = 60 };

static pthread_barrier_t gate;
static atomic_int detached_done;
static atomic_long sum;
static sem_t done;

static void *square(void *argument) {
  long number = (long)argument;
  return (void *)(number * number);
}

static void *crowd_member(void *argument) {
  atomic_fetch_add(&sum, (long)argument);
  pthread_barrier_wait(&gate); /* all are alive */
  pthread_barrier_wait(&gate); /* the step is over */
  return argument;
}

static void *ends_unseen(void *argument) {
  atomic_fetch_add(&sum, (long)argument);
  if (atomic_fetch_add(&detached_done, 1) + 1 == DETACHED) {
    sem_post(&done);
  }
  return NULL;
}

/* A thread that bears threads. */
static void *parent(void *argument) {
  long depth = (long)argument;
  return depth == 0 ? (void *)1L : (void *)(1 + (long)join(start(parent, (void *)(depth - 1))));
}

static void *with_small_stack(void *argument) {
  volatile char room[4096];
  memset((char *)room, 7, sizeof room);
  return (void *)((long)argument + room[17]);
}

static void body(void) {
  step("alone");
  long total = 0;
  for (long i = 0; i < SERIAL; i++) {
    total += (long)join(start(square, (void *)i));
  }
  fact("squares %ld", total);
  feed_value(total);
  step("one after the other");

  sum = 0;
  check_ok(pthread_barrier_init(&gate, NULL, CROWD + 1));
  pthread_t crowd[CROWD];
  for (long i = 0; i < CROWD; i++) {
    crowd[i] = start(crowd_member, (void *)i);
  }
  pthread_barrier_wait(&gate);
  fact("a crowd of %ld", atomic_load(&sum));
  step("crowd stands");
  pthread_barrier_wait(&gate);
  for (long i = 0; i < CROWD; i++) {
    check(join(crowd[i]) == (void *)i);
  }
  check_ok(pthread_barrier_destroy(&gate));
  step("crowd has gone");

  sum = 0;
  detached_done = 0;
  check(sem_init(&done, 0, 0) == 0);
  pthread_attr_t attributes;
  check_ok(pthread_attr_init(&attributes));
  check_ok(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
  for (long i = 0; i < DETACHED; i++) {
    pthread_t thread;
    check_ok(pthread_create(&thread, &attributes, ends_unseen, (void *)i));
  }
  await_posts(&done, 1);
  fact("detached %d sum %ld", atomic_load(&detached_done), atomic_load(&sum));
  step("detached");

  fact("generations %ld", (long)join(start(parent, (void *)20L)));
  check_ok(pthread_attr_destroy(&attributes));
  check_ok(pthread_attr_init(&attributes));
  check_ok(pthread_attr_setstacksize(&attributes, 65536));
  long small = 0;
  for (long i = 0; i < 20; i++) {
    pthread_t thread;
    check_ok(pthread_create(&thread, &attributes, with_small_stack, (void *)i));
    small += (long)join(thread);
  }
  check_ok(pthread_attr_destroy(&attributes));
  fact("small stacks %ld", small);
  step("born by threads");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
