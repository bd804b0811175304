/* Cancellation: in a call that waits, at the next point, at any instruction; with what is cleaned up. */
#include "threads.h"

static pthread_mutex_t mutex;
static pthread_cond_t changed;
static sem_t about, never;
static int ends[2];
static atomic_int cleaned;
static atomic_long rounds;

static void clean(void *argument) { atomic_fetch_add(&cleaned, (int)(long)argument); }

static void unlock(void *argument) {
  clean((void *)100L);
  pthread_mutex_unlock(argument);
}

static void *reads(void *unused) {
  char byte;
  pthread_cleanup_push(clean, (void *)1L);
  sem_post(&about);
  check(read(ends[0], &byte, 1) == 1);
  pthread_cleanup_pop(1);
  return unused;
}

static void *waits(void *unused) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  sem_post(&about);
  while (1) {
    pthread_cond_wait(&changed, &mutex);
  }
  pthread_cleanup_pop(1);
  return unused;
}

static void *waits_for_post(void *unused) {
  pthread_cleanup_push(clean, (void *)10000L);
  sem_post(&about);
  sem_wait(&never);
  pthread_cleanup_pop(1);
  return unused;
}

/* May be ended between any two instructions; makes calls all the same. */
static void *computes(void *unused) {
  pthread_cleanup_push(clean, (void *)1000000L);
  check_ok(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL));
  sem_post(&about);
  while (1) {
    atomic_fetch_add(&rounds, 1);
    sched_yield();
  }
  pthread_cleanup_pop(1);
  return unused;
}

/* Is not to be cancelled until it says so. */
static void *resists(void *unused) {
  (void)unused;
  check_ok(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL));
  sem_post(&about);
  while (sem_wait(&never) != 0) {
    check(errno == EINTR);
  }
  fact("resisted");
  check_ok(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL));
  pthread_testcancel();
  return "not cancelled";
}

static void body(void) {
  cleaned = 0;
  check_ok(pthread_mutex_init(&mutex, NULL));
  check_ok(pthread_cond_init(&changed, NULL));
  check(sem_init(&about, 0, 0) == 0 && sem_init(&never, 0, 0) == 0 && pipe(ends) == 0);
  pthread_t threads[] = {start(reads, NULL), start(waits, NULL), start(waits_for_post, NULL),
                         start(computes, NULL), start(resists, NULL)};
  await_posts(&about, 5);
  let_others_block();
  step("all run");
  for (int i = 0; i < 5; i++) {
    check_ok(pthread_cancel(threads[i]));
  }
  for (int i = 0; i < 4; i++) {
    check(join(threads[i]) == PTHREAD_CANCELED);
  }
  fact("cleaned %d", atomic_load(&cleaned));
  step("cancelled");
  sem_post(&never);
  check(join(threads[4]) == PTHREAD_CANCELED);
  check(pthread_mutex_trylock(&mutex) == 0);
  close(ends[0]);
  close(ends[1]);
  step("one later");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
