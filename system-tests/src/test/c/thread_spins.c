/*
 * Threads that wait for others by looking at memory again and again, without a call. Whoever holds
 * what they wait for makes calls meanwhile.
 */
#include "threads.h"

enum { WAITERS = 2, CALLS = 2 };

static pthread_spinlock_t lock;
static atomic_int flag, ready, taken, compared;
static volatile int plain;
static int entered;

static void *at_spinlock(void *argument) {
  ready++;
  pthread_spin_lock(&lock);
  entered++;
  pthread_spin_unlock(&lock);
  return argument;
}

static void *at_flag(void *argument) {
  ready++;
  while (!atomic_load(&flag)) {
  }
  entered++;
  return argument;
}

static void *at_plain(void *argument) {
  ready++;
  while (plain == 0) {
    __builtin_ia32_pause();
  }
  entered++;
  return argument;
}

static void *at_exchange(void *argument) {
  ready++;
  while (atomic_exchange(&taken, 1)) {
    __builtin_ia32_pause();
  }
  entered++;
  atomic_store(&taken, 0);
  return argument;
}

static void *at_compare(void *argument) {
  ready++;
  for (int expected = 0; !atomic_compare_exchange_weak(&compared, &expected, 1); expected = 0) {
  }
  entered++;
  atomic_store(&compared, 0);
  return argument;
}

/* The threads are in their loops, while the main thread makes calls; then it lets them go. */
static void play(const char *name, void *(*function)(void *), void (*let_go)(void)) {
  pthread_t threads[WAITERS];
  entered = 0;
  ready = 0;
  for (int i = 0; i < WAITERS; i++) {
    threads[i] = start(function, NULL);
  }
  while (ready < WAITERS) {
    let_others_block();
  }
  for (int call = 0; call < CALLS; call++) {
    let_others_block();
    fact("%s: %d through at call %d", name, entered, call);
  }
  step(name);
  fact("%s: %d through before the end", name, entered);
  let_go();
  for (int i = 0; i < WAITERS; i++) {
    check(join(threads[i]) == NULL);
  }
  fact("%s: %d through", name, entered);
}

static void release_lock(void) { check_ok(pthread_spin_unlock(&lock)); }
static void release_flag(void) { atomic_store(&flag, 1); }
static void release_plain(void) { plain = 1; }
static void release_taken(void) { atomic_store(&taken, 0); }
static void release_compared(void) { atomic_store(&compared, 0); }

static void body(void) {
  flag = 0;
  plain = 0;
  taken = 1;
  compared = 1;
  check_ok(pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE));
  check_ok(pthread_spin_lock(&lock));
  play("spin lock", at_spinlock, release_lock);
  play("flag", at_flag, release_flag);
  play("plain", at_plain, release_plain);
  play("exchange", at_exchange, release_taken);
  play("compare", at_compare, release_compared);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
