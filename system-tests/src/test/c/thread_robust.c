/* Threads that end while they own robust mutexes: the next owner is told. */
#include "threads.h"

static pthread_mutex_t mutexes[3];
static sem_t held, release;

static void *dies_with_all(void *unused) {
  for (int i = 0; i < 3; i++) {
    check_ok(pthread_mutex_lock(&mutexes[i]));
  }
  sem_post(&held);
  sem_post(&held);
  while (sem_wait(&release) != 0) {
    check(errno == EINTR);
  }
  return unused;
}

static void *waits_for_owner(void *unused) {
  (void)unused;
  sem_post(&held);
  check(pthread_mutex_lock(&mutexes[0]) == EOWNERDEAD);
  check_ok(pthread_mutex_consistent(&mutexes[0]));
  check_ok(pthread_mutex_unlock(&mutexes[0]));
  return "told";
}

static void body(void) {
  pthread_mutexattr_t attributes;
  check_ok(pthread_mutexattr_init(&attributes));
  check_ok(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
  check(sem_init(&held, 0, 0) == 0 && sem_init(&release, 0, 0) == 0);
  for (int i = 0; i < 3; i++) {
    if (i == 2) {
      check_ok(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    }
    check_ok(pthread_mutex_init(&mutexes[i], &attributes));
  }
  pthread_t owner = start(dies_with_all, NULL);
  await_posts(&held, 2);
  pthread_t waiter = start(waits_for_owner, NULL);
  await_posts(&held, 1);
  let_others_block();
  check(pthread_mutex_trylock(&mutexes[1]) == EBUSY);
  step("owned");
  sem_post(&release);
  join(owner);
  fact("%s", (char *)join(waiter));
  check_ok(pthread_mutex_lock(&mutexes[0]));
  check_ok(pthread_mutex_unlock(&mutexes[0]));
  step("owner has died");
  check(pthread_mutex_lock(&mutexes[1]) == EOWNERDEAD);
  check_ok(pthread_mutex_unlock(&mutexes[1])); /* not made consistent: of no use any more */
  check(pthread_mutex_lock(&mutexes[1]) == ENOTRECOVERABLE);
  check(pthread_mutex_lock(&mutexes[2]) == EOWNERDEAD);
  check_ok(pthread_mutex_consistent(&mutexes[2]));
  step("inherited");
  check_ok(pthread_mutex_unlock(&mutexes[2]));
  for (int i = 0; i < 3; i++) {
    check_ok(pthread_mutex_destroy(&mutexes[i]));
  }
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
