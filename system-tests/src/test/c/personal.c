/*
 * What the kernel keeps for a process and not for its descriptors, and what a child does not get
 * from its parent: the owner of a descriptor's signals, the parent's death signal, timers that count
 * processor time, locked memory, and memory that is marked against fork. It stays over each step.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "steps.h"

enum { REGION = 1 << 16, TIMER_MICROS = 60000 };

static volatile sig_atomic_t seen[65];

static void count(int signal) { seen[signal]++; }

static void handle(int signal) {
  struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
  check(sigaction(signal, &action, NULL) == 0);
  seen[signal] = 0;
}

/* Calls, of which each may bring the signal, until it comes. */
static const char *await_signal(int signal) {
  int64_t limit = clock_nanos(CLOCK_MONOTONIC) + 5000000000LL;
  while (!seen[signal] && clock_nanos(CLOCK_MONOTONIC) < limit) {
  }
  return seen[signal] ? "comes" : "is lost";
}

static void send_byte(int pair[2]) {
  char byte = 'x';
  check(write(pair[1], &byte, 1) == 1);
}

static void take_byte(int pair[2]) {
  char byte;
  check(read(pair[0], &byte, 1) == 1 && byte == 'x');
}

static void owners(void) {
  int pair[2], other[2];
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0);
  handle(SIGIO);
  handle(SIGUSR1);
  check(fcntl(pair[0], F_SETOWN, getpid()) == 0 && fcntl(pair[0], F_SETFL, O_ASYNC) == 0);
  struct f_owner_ex thread = {F_OWNER_TID, gettid()}, owner;
  check(fcntl(other[0], F_SETOWN_EX, &thread) == 0 && fcntl(other[0], F_SETSIG, SIGUSR1) == 0);
  check(fcntl(other[0], F_SETFL, O_ASYNC) == 0);
  step("descriptors owned");
  check(fcntl(pair[0], F_GETOWN) == getpid());
  check(fcntl(other[0], F_GETOWN_EX, &owner) == 0);
  check(owner.type == F_OWNER_TID && owner.pid == gettid());
  send_byte(pair);
  fact("SIGIO %s", await_signal(SIGIO));
  send_byte(other);
  fact("SIGUSR1 %s", await_signal(SIGUSR1));
  take_byte(pair);
  take_byte(other);
  seen[SIGIO] = 0;
  step("owned still");
  check(fcntl(pair[0], F_GETOWN) == getpid());
  send_byte(pair);
  fact("SIGIO %s", await_signal(SIGIO));
  close(pair[0]);
  close(pair[1]);
  close(other[0]);
  close(other[1]);
}

static void death_signal(void) {
  int signal = 0;
  check(prctl(PR_SET_PDEATHSIG, SIGUSR2) == 0);
  step("death signal set");
  check(prctl(PR_GET_PDEATHSIG, &signal) == 0);
  fact("death signal %d", signal);
  step("death signal still set");
  check(prctl(PR_GET_PDEATHSIG, &signal) == 0);
  fact("death signal %d", signal);
  check(prctl(PR_SET_PDEATHSIG, 0) == 0);
}

static void processor_timers(void) {
  struct itimerval once = {.it_value = {.tv_usec = TIMER_MICROS}}, calm = {0}, now;
  struct itimerval every = {{0, TIMER_MICROS}, {0, TIMER_MICROS}};
  handle(SIGVTALRM);
  handle(SIGPROF);
  check(setitimer(ITIMER_VIRTUAL, &once, NULL) == 0 && setitimer(ITIMER_PROF, &every, NULL) == 0);
  step("timers set");
  check(getitimer(ITIMER_PROF, &now) == 0);
  fact("interval %ld", (long)now.it_interval.tv_usec);
  fact("SIGPROF %s", await_signal(SIGPROF));
  volatile unsigned long work = 0;
  for (int i = 0; i < 20000 && !seen[SIGVTALRM]; i++) {
    for (int j = 0; j < 20000; j++) {
      work += j;
    }
    check(getppid() >= 0);
  }
  fact("SIGVTALRM %s", await_signal(SIGVTALRM));
  seen[SIGPROF] = 0;
  step("one timer is spent");
  fact("SIGPROF %s", await_signal(SIGPROF));
  check(getitimer(ITIMER_VIRTUAL, &now) == 0);
  fact("the other one: %ld", (long)(now.it_value.tv_sec + now.it_value.tv_usec));
  check(setitimer(ITIMER_PROF, &calm, NULL) == 0);
}

static long locked_kib(void) {
  static char status[8192];
  int file = open("/proc/self/status", O_RDONLY);
  check(file >= 0);
  ssize_t length = read(file, status, sizeof status - 1);
  check(length > 0 && close(file) == 0);
  status[length] = 0;
  char *line = strstr(status, "VmLck:");
  check(line != NULL);
  return atol(line + 6);
}

static char *region(void) {
  char *memory = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(memory != MAP_FAILED);
  return memory;
}

static void locks(void) {
  char *first = region();
  check(mlock(first, REGION) == 0);
  fact("locked %ld KiB", locked_kib());
  step("memory locked");
  fact("locked %ld KiB", locked_kib());
  check(mlockall(MCL_FUTURE) == 0);
  step("memory locked still");
  fact("locked %ld KiB", locked_kib());
  step("memory locked in advance");
  char *second = region();
  fact("locked %ld KiB", locked_kib());
  check(munlockall() == 0);
  fact("locked %ld KiB", locked_kib());
  check(munmap(first, REGION) == 0 && munmap(second, REGION) == 0);
}

static void marks(void) {
  char *hidden = region(), *wiped = region(), *read_only = region();
  fill(hidden, REGION, 1);
  fill(wiped, REGION, 2);
  fill(read_only, REGION, 3);
  check(madvise(hidden, REGION, MADV_DONTFORK) == 0);
  check(madvise(wiped, REGION, MADV_WIPEONFORK) == 0);
  check(madvise(read_only, REGION, MADV_DONTFORK) == 0);
  check(mprotect(read_only, REGION, PROT_READ) == 0);
  for (int i = 0; i < 3; i++) {
    step("memory marked");
    feed(hidden, REGION);
    feed(wiped, REGION);
    feed(read_only, REGION);
    hidden[i]++;
    wiped[i]++;
    fact("marked memory %d %d", hidden[i] & 0xff, wiped[i] & 0xff);
  }
  check(munmap(hidden, REGION) == 0 && munmap(wiped, REGION) == 0);
  check(munmap(read_only, REGION) == 0);
}

static void body(void) {
  owners();
  death_signal();
  processor_timers();
  locks();
  marks();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
