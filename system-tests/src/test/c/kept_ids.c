/*
 * A server that remembers its pid, and compares it or signals itself by it: also when protection has ended
 * meanwhile, in every call of the C library that tells or takes an id; its children have their own.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "steps.h"

static pid_t first, parent;
static volatile sig_atomic_t came;

static void count(int signal) {
  (void)signal;
  came++;
}

static void arrived(const char *how) {
  fact("%s: %d", how, (int)came);
  came = 0;
}

static void *signal_first(void *thread) {
  check(pthread_kill(*(pthread_t *)thread, SIGUSR1) == 0);
  for (int i = 0; came < 1 && i < WAIT_LIMIT_MILLIS; i++) usleep(1000); /* two at once would be one */
  check(tgkill(first, first, SIGUSR1) == 0);
  return NULL;
}

static void child(void) {
  pid_t pid = fork();
  check(pid >= 0);
  if (pid == 0) {
    int right = getpid() != first && gettid() == getpid() && getppid() == first;
    right &= syscall(SYS_getpid) == getpid() && syscall(SYS_gettid) == getpid();
    right &= kill(getpid(), SIGUSR1) == 0 && raise(SIGUSR1) == 0 && came == 2;
    right &= kill(getppid(), SIGUSR1) == 0;
    if (right) abort();
    _exit(1);
  }
  int status;
  check(waitpid(pid, &status, 0) == pid);
  fact("child: aborted %d", WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void ids(void) {
  fact("pid %d, tid %d, parent %d", getpid() == first, gettid() == first, getppid() == parent);
  fact("by number: pid %d, tid %d", syscall(SYS_getpid) == first, syscall(SYS_gettid) == first);
  check(raise(SIGUSR1) == 0);
  arrived("raise");
  check(kill(first, SIGUSR1) == 0);
  arrived("kill by the pid of before");
  check(kill(getpid(), SIGUSR1) == 0);
  arrived("kill");
  check(sigqueue(first, SIGUSR1, (union sigval){.sival_int = 1}) == 0);
  arrived("sigqueue");
  check(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1) == 0);
  arrived("tgkill by number");
  check(syscall(SYS_tkill, first, SIGUSR1) == 0 && came == 1 && syscall(SYS_kill, first, SIGUSR1) == 0);
  arrived("tkill and kill by number");
  check(syscall(SYS_getuid) == getuid() && syscall(SYS_close, -1) == -1 && errno == EBADF);
  pthread_t self = pthread_self(), other;
  check(pthread_create(&other, NULL, signal_first, &self) == 0 && pthread_join(other, NULL) == 0);
  arrived("signals by a thread");
  child();
  arrived("by the child");
}

/* unshare(2) is not replicated, even of nothing. */
static void end_protection(int signal) {
  (void)signal;
  check(unshare(0) == 0);
  came++;
}

/* Protection ends in a handler, which returns behind a call that was made through syscall(2). */
static void end_in_handler(void) {
  struct sigaction action = {.sa_handler = end_protection};
  struct itimerval soon = {.it_value = {.tv_usec = 20000}, .it_interval = {.tv_usec = 20000}}, never = {0};
  struct timespec long_time = {.tv_sec = 20};
  check(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &soon, NULL) == 0);
  check(syscall(SYS_nanosleep, &long_time, NULL) == -1 && errno == EINTR);
  check(setitimer(ITIMER_REAL, &never, NULL) == 0 && came > 0);
  came = 0;
}

static void body(void) {
  struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
  check(sigaction(SIGUSR1, &action, NULL) == 0);
  first = getpid();
  parent = getppid();
  check(raise(SIGUSR1) == 0); /* places of the program that have been executed before, too */
  arrived("before");
  step("known");
  end_in_handler();
  ids();
  step("kept");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
