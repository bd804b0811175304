/* Locks of every kind between threads; who gets them in which order is printed where it is defined. */
#include "threads.h"

enum { WORKERS = 6, TURNS = 40 };

static pthread_mutex_t mutex, recursive, checking, adaptive;
static pthread_cond_t changed, mine[WORKERS];
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t entered, steps_semaphore[WORKERS];
static int next_worker, counted, once_count, queued[WORKERS], served;
static char order[WORKERS * TURNS + 1];
static atomic_flag yielding = ATOMIC_FLAG_INIT;

/* Workers in a ring: each passes to the next by the next one's own condition. */
static void *ring(void *argument) {
  int me = (int)(long)argument;
  for (int turn = 0; turn < TURNS; turn++) {
    pthread_mutex_lock(&mutex);
    while (next_worker != me) {
      pthread_cond_wait(&mine[me], &mutex);
    }
    order[counted++] = (char)('a' + me);
    next_worker = (me + 1) % WORKERS;
    pthread_cond_signal(&mine[next_worker]);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

/* A queue on one condition: served in the order of the numbers that were drawn. */
static void *in_queue(void *argument) {
  int me = (int)(long)argument;
  pthread_mutex_lock(&mutex);
  sem_post(&entered);
  while (served != me) {
    pthread_cond_wait(&changed, &mutex);
  }
  queued[me] = counted++;
  fact("served %d", me);
  served++;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  return NULL;
}

static void *by_semaphores(void *argument) {
  int me = (int)(long)argument;
  for (int turn = 0; turn < TURNS; turn++) {
    while (sem_wait(&steps_semaphore[me]) != 0) {
      check(errno == EINTR);
    }
    order[counted++] = (char)('A' + me);
    sem_post(&steps_semaphore[(me + 1) % WORKERS]);
  }
  return NULL;
}

static void *at_barrier(void *argument) {
  long serial = 0;
  for (int turn = 0; turn < TURNS; turn++) {
    serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
  }
  (void)argument;
  return (void *)serial;
}

static int guarded, guarded_copy;

static void *reader(void *unused) {
  (void)unused;
  for (int turn = 0; turn < 4 * TURNS; turn++) {
    pthread_rwlock_rdlock(&rwlock);
    check(guarded == guarded_copy);
    if (turn % 5 == 0) {
      sched_yield();
    }
    check(guarded == guarded_copy);
    pthread_rwlock_unlock(&rwlock);
  }
  return NULL;
}

static void *writer(void *unused) {
  (void)unused;
  for (int turn = 0; turn < TURNS; turn++) {
    pthread_rwlock_wrlock(&rwlock);
    guarded++;
    sched_yield();
    guarded_copy++;
    pthread_rwlock_unlock(&rwlock);
  }
  return NULL;
}

static void *by_yielding(void *unused) {
  (void)unused;
  for (int turn = 0; turn < TURNS; turn++) {
    while (atomic_flag_test_and_set(&yielding)) {
      sched_yield();
    }
    counted++;
    if (turn % 8 == 0) {
      sched_yield();
    }
    atomic_flag_clear(&yielding);
  }
  return NULL;
}

static void count_once(void) { once_count++; }

static void *contender(void *unused) {
  (void)unused;
  pthread_once(&once, count_once);
  for (int turn = 0; turn < 10 * TURNS; turn++) {
    pthread_mutex_lock(&adaptive);
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    counted++;
    pthread_mutex_unlock(&recursive);
    pthread_mutex_unlock(&recursive);
    pthread_mutex_unlock(&adaptive);
  }
  return NULL;
}

static void *tries(void *unused) {
  (void)unused;
  check(pthread_mutex_trylock(&checking) == EBUSY);
  check(pthread_mutex_unlock(&checking) == EPERM);
  return NULL;
}

static pthread_mutex_t with_type(int type) {
  pthread_mutexattr_t attributes;
  pthread_mutex_t made;
  check_ok(pthread_mutexattr_init(&attributes));
  check_ok(pthread_mutexattr_settype(&attributes, type));
  check_ok(pthread_mutex_init(&made, &attributes));
  return made;
}

static void start_all(pthread_t *threads, void *(*function)(void *)) {
  for (long i = 0; i < WORKERS; i++) {
    threads[i] = start(function, (void *)i);
  }
}

static long join_all(pthread_t *threads) {
  long total = 0;
  for (int i = 0; i < WORKERS; i++) {
    total += (long)join(threads[i]);
  }
  return total;
}

static void body(void) {
  pthread_t threads[WORKERS];
  check_ok(pthread_mutex_init(&mutex, NULL));
  recursive = with_type(PTHREAD_MUTEX_RECURSIVE);
  checking = with_type(PTHREAD_MUTEX_ERRORCHECK);
  adaptive = with_type(PTHREAD_MUTEX_NORMAL);
  check(sem_init(&entered, 0, 0) == 0);
  check_ok(pthread_cond_init(&changed, NULL));
  for (int i = 0; i < WORKERS; i++) {
    check_ok(pthread_cond_init(&mine[i], NULL));
    check(sem_init(&steps_semaphore[i], 0, 0) == 0);
  }
  counted = 0;
  next_worker = -1;
  memset(order, 0, sizeof order);
  start_all(threads, ring);
  step("ring waits");
  pthread_mutex_lock(&mutex);
  next_worker = 0;
  pthread_cond_signal(&mine[0]);
  pthread_mutex_unlock(&mutex);
  join_all(threads);
  fact("%s", order);
  step("ring");

  counted = 0;
  served = -1;
  start_all(threads, in_queue);
  await_posts(&entered, WORKERS);
  step("queue stands");
  pthread_mutex_lock(&mutex);
  served = 0;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  join_all(threads);
  for (int i = 0; i < WORKERS; i++) {
    check(queued[i] == i);
  }
  step("queue");

  counted = 0;
  memset(order, 0, sizeof order);
  start_all(threads, by_semaphores);
  step("semaphores wait");
  sem_post(&steps_semaphore[0]);
  join_all(threads);
  fact("%s", order);

  check_ok(pthread_barrier_init(&barrier, NULL, WORKERS));
  start_all(threads, at_barrier);
  fact("serial threads %ld", join_all(threads));
  step("barrier");

  guarded = guarded_copy = 0;
  pthread_rwlock_wrlock(&rwlock);
  for (int i = 0; i < WORKERS; i++) {
    threads[i] = start(i % 3 == 0 ? writer : reader, NULL);
  }
  step("readers and writers wait");
  pthread_rwlock_unlock(&rwlock);
  join_all(threads);
  fact("written %d", guarded);

  counted = 0;
  start_all(threads, by_yielding);
  join_all(threads);
  fact("by yielding %d", counted);
  step("yielding");

  counted = 0;
  pthread_mutex_lock(&adaptive);
  start_all(threads, contender);
  step("contenders wait");
  pthread_mutex_unlock(&adaptive);
  join_all(threads);
  fact("contended %d, once %d", counted, once_count);
  pthread_mutex_lock(&checking);
  check(pthread_mutex_lock(&checking) == EDEADLK);
  join(start(tries, NULL));
  pthread_mutex_unlock(&checking);
  step("contended");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
