/* A second thread: ends protection as yet, and must not be harmed. */
#include <pthread.h>

#include "steps.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int counter;

/* Counts the odd numbers; the main thread counts the even ones. */
static void *count_odd(void *unused) {
  (void)unused;
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    while (counter % 2 == 0) {
      pthread_cond_wait(&changed, &mutex);
    }
    counter++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return &counter;
}

static void body(void) {
  counter = 0;
  step("alone");
  pthread_t thread;
  check(pthread_create(&thread, NULL, count_odd, NULL) == 0);
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&mutex);
    while (counter % 2 == 1) {
      pthread_cond_wait(&changed, &mutex);
    }
    counter++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }
  void *result;
  check(pthread_join(thread, &result) == 0 && result == &counter);
  fact("counted %d", counter);
  step("joined");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
