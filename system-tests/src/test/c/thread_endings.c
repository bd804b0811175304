/*
 * Ways in which a process with threads ends, while others wait in calls and one computes.
 *
 *   thread_endings exit|other|group|abort|segv|kill|term
 */
#include <signal.h>
#include <sys/resource.h>

#include "threads.h"

static sem_t about, go, never;
static int ends[2];
static const char *kind;
static volatile int *volatile nowhere;

static void *reads(void *unused) {
  char byte;
  sem_post(&about);
  check(read(ends[0], &byte, 1) == 1);
  return unused;
}

static void *sleeps(void *unused) {
  sem_post(&about);
  while (1) {
    pause();
  }
  return unused;
}

static void *waits(void *unused) {
  sem_post(&about);
  while (1) {
    sem_wait(&never);
  }
  return unused;
}

static void *yields(void *unused) {
  sem_post(&about);
  while (1) {
    sched_yield();
  }
  return unused;
}

static void end(void) {
  if (strcmp(kind, "group") == 0) {
    _exit(43);
  } else if (strcmp(kind, "other") == 0) {
    exit(44);
  } else if (strcmp(kind, "abort") == 0) {
    abort();
  } else if (strcmp(kind, "segv") == 0) {
    *nowhere = 1;
  } else if (strcmp(kind, "kill") == 0) {
    kill(getpid(), SIGKILL);
  } else if (strcmp(kind, "term") == 0) {
    raise(SIGTERM);
  }
  check(0);
}

static void *ends_all(void *unused) {
  sem_post(&about);
  await_posts(&go, 1);
  end();
  return unused;
}

int main(int argc, char **argv) {
  struct rlimit no_core = {0, 0};
  check(argc > 1);
  kind = argv[1];
  setrlimit(RLIMIT_CORE, &no_core);
  steps_begin();
  check(pipe(ends) == 0);
  start(reads, NULL);
  start(sleeps, NULL);
  start(waits, NULL);
  start(yields, NULL);
  start(ends_all, NULL);
  await_posts(&about, 5);
  step("all wait");
  fact("done");
  if (strcmp(kind, "exit") == 0) {
    return 42;
  }
  sem_post(&go);
  await_posts(&never, 1);
}
