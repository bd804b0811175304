/* Waits with an end: what is not signalled in time is over in time, what is signalled is not late. */
#include "threads.h"

/* linux/futex.h, which not every C library has */
enum { WAIT_PRIVATE = 128, WAIT_BITSET_PRIVATE = 9 | 128, WAKE_BITSET_PRIVATE = 10 | 128 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER, soon = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t none, some, blocked;
static int flag;
static uint32_t word;

static void *times_out(void *unused) {
  (void)unused;
  pthread_mutex_lock(&mutex);
  struct timespec end = in_millis(CLOCK_REALTIME, 40);
  int error;
  do {
    error = pthread_cond_timedwait(&never, &mutex, &end);
  } while (error == 0);
  pthread_mutex_unlock(&mutex);
  check(error == ETIMEDOUT);
  end = in_millis(CLOCK_REALTIME, 30);
  do {
    error = sem_timedwait(&none, &end) == 0 ? 0 : errno;
  } while (error == EINTR);
  check(error == ETIMEDOUT);
  end = in_millis(CLOCK_REALTIME, 20);
  check(pthread_rwlock_timedrdlock(&rwlock, &end) == ETIMEDOUT);
  return "timed out";
}

static void *waits_long(void *unused) {
  (void)unused;
  pthread_mutex_lock(&mutex);
  struct timespec end = in_millis(CLOCK_REALTIME, 60000);
  sem_post(&blocked);
  while (!flag) {
    check(pthread_cond_timedwait(&soon, &mutex, &end) == 0);
  }
  pthread_mutex_unlock(&mutex);
  return "signalled";
}

static void *waits_for_semaphore(void *unused) {
  (void)unused;
  struct timespec end = in_millis(CLOCK_REALTIME, 60000);
  sem_post(&blocked);
  while (sem_timedwait(&some, &end) != 0) {
    check(errno == EINTR);
  }
  return "posted";
}

static long futex(int operation, uint32_t value, const struct timespec *time, uint32_t third) {
  return syscall(SYS_futex, &word, operation, value, time, NULL, third);
}

/* Absolute and relative ends, and bits. */
static void *waits_for_bits(void *argument) {
  uint32_t bits = (uint32_t)(long)argument;
  sem_post(&blocked);
  while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) {
    long result = futex(WAIT_BITSET_PRIVATE, 0, NULL, bits);
    check(result == 0 || errno == EAGAIN || errno == EINTR);
  }
  return argument;
}

static void body(void) {
  flag = 0;
  word = 0;
  check(sem_init(&none, 0, 0) == 0 && sem_init(&some, 0, 0) == 0);
  check(sem_init(&blocked, 0, 0) == 0);
  pthread_rwlock_wrlock(&rwlock);
  pthread_t timed = start(times_out, NULL);
  pthread_t conditional = start(waits_long, NULL);
  pthread_t counting = start(waits_for_semaphore, NULL);
  pthread_t low = start(waits_for_bits, (void *)1L);
  pthread_t high = start(waits_for_bits, (void *)2L);
  await_posts(&blocked, 4);
  let_others_block();
  step("all wait");
  fact("%s", (char *)join(timed));
  pthread_rwlock_unlock(&rwlock);
  struct timespec end = in_millis(CLOCK_REALTIME, 20);
  void *result;
  check(pthread_timedjoin_np(conditional, &result, &end) == ETIMEDOUT);
  check(pthread_tryjoin_np(conditional, &result) == EBUSY);
  step("timed out");
  pthread_mutex_lock(&mutex);
  flag = 1;
  pthread_cond_signal(&soon);
  pthread_mutex_unlock(&mutex);
  fact("%s", (char *)join(conditional));
  sem_post(&some);
  fact("%s", (char *)join(counting));
  step("signalled");
  __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
  while (futex(WAKE_BITSET_PRIVATE, 1, NULL, 2) < 0) {
  }
  check(join(high) == (void *)2L);
  step("one bit");
  check(futex(WAKE_BITSET_PRIVATE, 1, NULL, 1) >= 0);
  check(join(low) == (void *)1L);
  struct timespec brief = {0, 5000000};
  check(futex(WAIT_PRIVATE, 1, &brief, 0) == -1 && errno == ETIMEDOUT);
  check(futex(WAIT_PRIVATE, 2, &brief, 0) == -1 && errno == EAGAIN);
  step("bits");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
