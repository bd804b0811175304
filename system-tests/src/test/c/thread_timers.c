/* POSIX timers that notify one thread, or a function in a thread of its own; a thread's clock. */
#include <signal.h>

#include "threads.h"

enum { MILLI = 1000000 };

static sem_t called, about, over;
static atomic_int calls, others;
static __thread volatile sig_atomic_t own_count;
static pthread_t thread;
static timer_t for_thread;

static void count(int signal) {
  (void)signal;
  own_count++;
  if (pthread_equal(pthread_self(), thread)) {
    sem_post(&called);
  } else {
    atomic_fetch_add(&others, 1);
  }
}

static void call(union sigval value) {
  atomic_fetch_add(&calls, value.sival_int);
  sem_post(&called);
}

static void arm(timer_t timer, long first, long interval) {
  struct itimerspec spec = {.it_value = {.tv_nsec = first}, .it_interval = {.tv_nsec = interval}};
  check(timer_settime(timer, 0, &spec, NULL) == 0);
}

static void *has_timer(void *unused) {
  (void)unused;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN + 3};
  event._sigev_un._tid = gettid();
  check(timer_create(CLOCK_MONOTONIC, &event, &for_thread) == 0);
  sem_post(&about);
  while (sem_wait(&over) != 0) check(errno == EINTR);
  clockid_t clock;
  struct timespec time;
  check_ok(pthread_getcpuclockid(pthread_self(), &clock));
  check(clock_gettime(clock, &time) == 0);
  feed(&time, sizeof time);
  return (void *)(long)(own_count > 0);
}

static void to_one_thread(void) {
  struct sigaction action = {.sa_handler = count};
  check(sigaction(SIGRTMIN + 3, &action, NULL) == 0);
  thread = start(has_timer, NULL);
  await_posts(&about, 1);
  arm(for_thread, 5 * MILLI, 5 * MILLI);
  await_posts(&called, 2);
  step("a thread is notified");
  await_posts(&called, 2);
  arm(for_thread, 0, 0);
  sem_post(&over);
  fact("notified: %ld, others: %d", (long)join(thread), others);
  step("the thread has ended");
  arm(for_thread, MILLI, 0);
  let_others_block();
  check(timer_delete(for_thread) == 0);
  while (sem_trywait(&called) == 0) {
  }
}

static sem_t entered, leave;
static atomic_int calm;

static void wait_in_handler(int signal) {
  (void)signal;
  if (atomic_load(&calm)) return;
  sem_post(&entered);
  while (sem_wait(&leave) != 0) check(errno == EINTR);
  sem_post(&called);
}

/* It expires again during its handler, and is stopped before that returns: some kernels forget the signal. */
static void stopped_in_handler(void) {
  struct sigaction action = {.sa_handler = wait_in_handler};
  check(sigaction(SIGRTMIN + 3, &action, NULL) == 0);
  thread = start(has_timer, NULL);
  await_posts(&about, 1);
  for (int i = 0; i < 5; i++) {
    atomic_store(&calm, 0);
    arm(for_thread, 1, MILLI);
    await_posts(&entered, 1);
    let_others_block();
    arm(for_thread, 0, 0);
    atomic_store(&calm, 1);
    sem_post(&leave);
    await_posts(&called, 1);
  }
  step("stopped in a handler");
  sem_post(&over);
  join(thread);
  check(timer_delete(for_thread) == 0);
}

static void in_a_thread(void) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = call};
  event.sigev_value.sival_int = 1;
  timer_t timer;
  check(timer_create(CLOCK_REALTIME, &event, &timer) == 0);
  arm(timer, 20 * MILLI, 20 * MILLI);
  await_posts(&called, 1);
  step("functions are called");
  await_posts(&called, 2);
  check(timer_delete(timer) == 0);
  fact("called: %d", calls >= 3);
}

static void body(void) {
  check(sem_init(&called, 0, 0) == 0 && sem_init(&about, 0, 0) == 0 && sem_init(&over, 0, 0) == 0);
  atomic_store(&others, 0);
  atomic_store(&calls, 0);
  check(sem_init(&entered, 0, 0) == 0 && sem_init(&leave, 0, 0) == 0);
  to_one_thread();
  stopped_in_handler();
  in_a_thread();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
