/* The first thread ends while another goes on: ends protection, and must not be harmed. */
#include "threads.h"

static pthread_t first;

static void *goes_on(void *unused) {
  check_ok(pthread_join(first, NULL));
  step("first has ended");
  fact("done");
  exit(0);
  return unused;
}

int main(void) {
  steps_begin();
  step("alone");
  first = pthread_self();
  start(goes_on, NULL);
  pthread_exit(NULL);
}
