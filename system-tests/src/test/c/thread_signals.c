/* Signals to threads: masks of their own, signals to one thread and to whichever, waits for them. */
#include <signal.h>
#include <sys/socket.h>

#include "threads.h"

enum { ROUNDS = 50, ALTERNATE = 65536 };

static pthread_barrier_t barrier;
static sem_t handled, about;
static __thread volatile sig_atomic_t own_count;
static __thread char *alternate;
static atomic_int everywhere, interrupted;
static volatile sig_atomic_t off_stack;
static int halves[2];

static sigset_t set_of(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

static void count_own(int signal) {
  (void)signal;
  char here;
  own_count++;
  if (alternate != NULL && (&here < alternate || &here >= alternate + ALTERNATE)) {
    off_stack = 1;
  }
  sem_post(&handled);
}

static void count_everywhere(int signal) {
  (void)signal;
  atomic_fetch_add(&everywhere, 1);
  sem_post(&handled);
}

static void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  check(sigaction(signal, &action, NULL) == 0);
}

/* Blocked in a read that a signal does not end; each has a stack of its own for handlers. */
static void *reads(void *unused) {
  char byte;
  (void)unused;
  alternate = malloc(ALTERNATE);
  stack_t stack = {.ss_sp = alternate, .ss_size = ALTERNATE};
  check(sigaltstack(&stack, NULL) == 0);
  sem_post(&about);
  check(read(halves[0], &byte, 1) == 0);
  stack.ss_flags = SS_DISABLE;
  check(sigaltstack(&stack, NULL) == 0);
  free(alternate);
  return (void *)(long)own_count;
}

/* Takes what all others block. */
static void *waits_for_signals(void *unused) {
  sigset_t set = set_of(SIGUSR2);
  long got = 0;
  int signal;
  (void)unused;
  sigaddset(&set, SIGTERM);
  sem_post(&about);
  do {
    check_ok(sigwait(&set, &signal));
    got++;
    sem_post(&handled);
  } while (signal != SIGTERM);
  return (void *)got;
}

static void *has_mask(void *argument) {
  sigset_t set = set_of(SIGRTMIN + 5), now;
  long me = (long)argument;
  check_ok(pthread_sigmask(me % 2 == 0 ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL));
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  check_ok(pthread_sigmask(SIG_SETMASK, NULL, &now));
  check(sigismember(&now, SIGRTMIN + 5) == (me % 2 == 0));
  check(sigpending(&now) == 0);
  check(sigismember(&now, SIGRTMIN + 5) == (me == 2));
  return NULL;
}

static void *is_interrupted(void *unused) {
  struct timespec long_time = {20, 0};
  (void)unused;
  sem_post(&about);
  check_error(nanosleep(&long_time, NULL), EINTR);
  interrupted = 1;
  return (void *)(long)own_count;
}

static void *blocks_all_but(void *argument) {
  sigset_t set;
  sigfillset(&set);
  check_ok(pthread_sigmask(SIG_SETMASK, &set, NULL));
  sigdelset(&set, (int)(long)argument);
  sem_post(&about);
  while (own_count == 0) {
    sigsuspend(&set);
  }
  return (void *)(long)own_count;
}

static void to_threads(void) {
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, halves) == 0);
  handle(SIGUSR1, count_own, SA_RESTART | SA_ONSTACK);
  pthread_t readers[3];
  for (int i = 0; i < 3; i++) {
    readers[i] = start(reads, NULL);
  }
  await_posts(&about, 3);
  step("readers wait");
  for (int i = 0; i < ROUNDS; i++) {
    check_ok(pthread_kill(readers[i % 3], SIGUSR1));
    await_posts(&handled, 1);
  }
  step("readers were signalled");
  close(halves[1]);
  for (int i = 0; i < 3; i++) {
    fact("handled %ld", (long)join(readers[i]));
  }
  check(!off_stack);
  close(halves[0]);
  own_count = 0;
  check_ok(pthread_kill(pthread_self(), SIGUSR1));
  check(own_count == 1 && raise(SIGUSR1) == 0 && own_count == 2);
  await_posts(&handled, 2);
  step("signalled itself");
}

static void to_whichever(void) {
  sigset_t both = set_of(SIGUSR2);
  sigaddset(&both, SIGTERM);
  check_ok(pthread_sigmask(SIG_BLOCK, &both, NULL));
  pthread_t waiter = start(waits_for_signals, NULL);
  await_posts(&about, 1);
  step("waiter waits");
  for (int i = 0; i < ROUNDS; i++) {
    check(kill(getpid(), SIGUSR2) == 0);
    await_posts(&handled, 1);
  }
  check(kill(getpid(), SIGTERM) == 0);
  fact("waited for %ld", (long)join(waiter));
  await_posts(&handled, 1);
  check_ok(pthread_sigmask(SIG_UNBLOCK, &both, NULL));

  handle(SIGUSR1, count_own, 0);
  alternate = NULL;
  pthread_t open = start(blocks_all_but, (void *)(long)SIGUSR1);
  await_posts(&about, 1);
  sigset_t first = set_of(SIGUSR1);
  check_ok(pthread_sigmask(SIG_BLOCK, &first, NULL));
  step("one thread is open");
  check(kill(getpid(), SIGUSR1) == 0);
  fact("taken by the open one: %ld", (long)join(open));
  await_posts(&handled, 1);
  check_ok(pthread_sigmask(SIG_UNBLOCK, &first, NULL));

  everywhere = 0;
  handle(SIGUSR2, count_everywhere, SA_RESTART);
  for (int i = 0; i < ROUNDS; i++) {
    check(kill(getpid(), SIGUSR2) == 0);
    await_posts(&handled, 1);
  }
  fact("taken by whichever: %d", atomic_load(&everywhere));
  step("to the process");
}

static void masks(void) {
  handle(SIGRTMIN + 5, count_everywhere, 0);
  check_ok(pthread_barrier_init(&barrier, NULL, 5));
  pthread_t threads[4];
  for (long i = 0; i < 4; i++) {
    threads[i] = start(has_mask, (void *)i);
  }
  pthread_barrier_wait(&barrier);
  check_ok(pthread_kill(threads[2], SIGRTMIN + 5)); /* stays pending */
  step("one is pending");
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < 4; i++) {
    join(threads[i]);
  }
  handle(SIGUSR1, count_own, 0);
  interrupted = 0;
  pthread_t sleeper = start(is_interrupted, NULL);
  await_posts(&about, 1);
  while (!interrupted) { /* one that came before the sleep has not ended it */
    check_ok(pthread_kill(sleeper, SIGUSR1));
    let_others_block();
  }
  check(join(sleeper) != NULL);
  step("interrupted");
  while (sem_trywait(&handled) == 0) {
  }
}

static void body(void) {
  check(sem_init(&handled, 0, 0) == 0 && sem_init(&about, 0, 0) == 0);
  to_threads();
  to_whichever();
  masks();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
