/* What each thread has for itself: variables, keys with destructors, a name, errno, a stack. */
#include <sys/prctl.h>

#include "threads.h"

enum { THREADS = 8 };

static __thread long own = 5;
static __thread char bytes[3000];
static pthread_key_t first, second;
static pthread_barrier_t barrier;
static atomic_long destroyed, again;

static void destroy_first(void *value) {
  atomic_fetch_add(&destroyed, (long)value);
  if ((long)value < 1000) {
    check_ok(pthread_setspecific(first, (void *)((long)value + 1000))); /* destroyed once more */
  }
}

static void destroy_second(void *value) {
  atomic_fetch_add(&again, 1);
  free(value);
}

static void *has_own(void *argument) {
  long me = (long)argument;
  char name[16], got[16];
  check(own == 5 && bytes[2999] == 0);
  own = me;
  memset(bytes, (int)me, sizeof bytes);
  check_ok(pthread_setspecific(first, (void *)me));
  check_ok(pthread_setspecific(second, malloc(100)));
  snprintf(name, sizeof name, "thread %ld", me);
  check(prctl(PR_SET_NAME, name) == 0);
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  check(own == me && bytes[0] == (char)me && bytes[2999] == (char)me);
  check(pthread_getspecific(first) == (void *)me);
  check(prctl(PR_GET_NAME, got) == 0 && strcmp(got, name) == 0);
  check_ok(pthread_getname_np(pthread_self(), got, sizeof got));
  check(strcmp(got, name) == 0);
  check_error(close(-1 - (int)me), EBADF);
  sched_yield();
  check(errno == EBADF);
  return &own;
}

static void body(void) {
  pthread_t threads[THREADS];
  void *addresses[THREADS];
  destroyed = again = 0;
  own = 5;
  check_ok(pthread_key_create(&first, destroy_first));
  check_ok(pthread_key_create(&second, destroy_second));
  check_ok(pthread_barrier_init(&barrier, NULL, THREADS + 1));
  for (long i = 0; i < THREADS; i++) {
    threads[i] = start(has_own, (void *)(i + 1));
  }
  pthread_barrier_wait(&barrier);
  own = 77;
  step("all have their own");
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < THREADS; i++) {
    addresses[i] = join(threads[i]);
    for (int other = 0; other < i; other++) {
      check(addresses[i] != addresses[other]);
    }
  }
  check(own == 77);
  fact("destroyed %ld, %ld", atomic_load(&destroyed), atomic_load(&again));
  check_ok(pthread_key_delete(first));
  check_ok(pthread_key_delete(second));
  step("destroyed");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
