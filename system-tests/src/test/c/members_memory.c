/* A child and its parent count in memory that they share, and wait there in every form. */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "members.h"

enum { TURNS = 20, TOGETHER = 1500, PAGE = 4096 };

struct shared {
  sem_t to_child, to_parent;
  pthread_mutex_t mutex;
  pthread_cond_t passed;
  atomic_uint turn;
  int of_child;
  long sum;
  long own_of_child;
  uintptr_t address_in_child;
};

/* Each process has its own. */
static int own;

static struct shared *shared;

static void await(sem_t *semaphore) {
  while (sem_wait(semaphore) != 0) {
    check(errno == EINTR);
  }
}

static void add(int count) {
  shared->sum += count;
  own += count;
  feed_value(shared->sum);
}

/* Whoever waits for its turn by the futex finds it odd in the child, even in the parent. */
static void await_turn(unsigned parity) {
  unsigned turn;
  while ((turn = atomic_load(&shared->turn)) % 2 != parity) {
    check(syscall(SYS_futex, &shared->turn, FUTEX_WAIT, turn, NULL, NULL, 0) == 0 ||
          errno == EAGAIN || errno == EINTR);
  }
}

static void pass_turn(void) {
  atomic_fetch_add(&shared->turn, 1);
  check(syscall(SYS_futex, &shared->turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0) >= 0);
}

static void take_turns(unsigned parity, int count) {
  for (int i = 0; i < TURNS; i++) {
    await_turn(parity);
    add(count);
    pass_turn();
  }
}

static void add_together(int count) {
  for (int i = 0; i < TOGETHER; i++) {
    check(pthread_mutex_lock(&shared->mutex) == 0);
    add(count);
    check(pthread_mutex_unlock(&shared->mutex) == 0);
  }
}

static void pass_by_condition(int of_child, int count) {
  check(pthread_mutex_lock(&shared->mutex) == 0);
  for (int i = 0; i < TURNS; i++) {
    while (shared->of_child != of_child) {
      check(pthread_cond_wait(&shared->passed, &shared->mutex) == 0);
    }
    add(count);
    shared->of_child = !of_child;
    check(pthread_cond_signal(&shared->passed) == 0);
  }
  check(pthread_mutex_unlock(&shared->mutex) == 0);
}

static int count_in_child(void *page) {
  shared->address_in_child = (uintptr_t)&own;
  check(munmap(page, PAGE) == 0);
  for (int i = 0; i < TURNS; i++) {
    await(&shared->to_child);
    add(3);
    check(sem_post(&shared->to_parent) == 0);
  }
  take_turns(1, 3);
  await(&shared->to_child);
  add_together(3);
  pass_by_condition(1, 3);
  shared->own_of_child = own;
  await(&shared->to_child);
  return 5;
}

static void body(void) {
  pthread_mutexattr_t mutex;
  pthread_condattr_t condition;
  shared = share(PAGE);
  char *page = share(PAGE);
  strcpy(page, "kept");
  check(sem_init(&shared->to_child, 1, 0) == 0 && sem_init(&shared->to_parent, 1, 0) == 0);
  check(pthread_mutexattr_init(&mutex) == 0 && pthread_condattr_init(&condition) == 0);
  check(pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED) == 0);
  check(pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED) == 0);
  check(pthread_mutex_init(&shared->mutex, &mutex) == 0);
  check(pthread_cond_init(&shared->passed, &condition) == 0);
  own = 7;
  step("alone");
  pid_t child = bear(count_in_child, page);
  for (int i = 0; i < TURNS; i++) {
    add(1);
    check(sem_post(&shared->to_child) == 0);
    await(&shared->to_parent);
    if (i == TURNS / 2) {
      fact("sum %ld", shared->sum);
      step("half of the semaphores' turns");
    }
  }
  fact("sum %ld, own %d, the child has its own there %d, the page is %s", shared->sum, own,
       shared->address_in_child == (uintptr_t)&own, page);
  step("the child waits for the futex");
  take_turns(0, 1);
  await_turn(0);
  fact("sum %ld", shared->sum);
  check(pthread_mutex_lock(&shared->mutex) == 0);
  check(sem_post(&shared->to_child) == 0);
  step("the child wants the mutex");
  check(pthread_mutex_unlock(&shared->mutex) == 0);
  add_together(1);
  pass_by_condition(0, 1);
  check(pthread_mutex_lock(&shared->mutex) == 0);
  while (shared->of_child != 0) {
    check(pthread_cond_wait(&shared->passed, &shared->mutex) == 0);
  }
  check(pthread_mutex_unlock(&shared->mutex) == 0);
  step("counted");
  check(sem_post(&shared->to_child) == 0);
  fact("the child ends with %d", end_of(child));
  fact("sum %ld, own %d, the child's %ld", shared->sum, own, shared->own_of_child);
  check(munmap(page, PAGE) == 0 && munmap(shared, PAGE) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
