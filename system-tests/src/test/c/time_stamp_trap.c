/*
 * Whether the processor can be made to fault at rdtsc (prctl(2), PR_SET_TSC): there are hypervisors that
 * accept it and let the instruction pass. Exit status 0: it faults each time, also behind a rest.
 */
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <ucontext.h>
#include <x86intrin.h>

enum { RDTSC_BYTES = 2, READINGS = 300 };

static volatile sig_atomic_t faults;

static void skip(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)info;
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += RDTSC_BYTES;
  faults++;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
  if (sigaction(SIGSEGV, &action, NULL) != 0 || prctl(PR_SET_TSC, PR_TSC_SIGSEGV) != 0) return 1;
  for (int i = 0; i < READINGS; i++) {
    (void)*(volatile unsigned long long *)&(unsigned long long){__rdtsc()};
    if (i % 3 == 0) sched_yield();
    if (i % 10 == 0) nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  }
  return faults == READINGS ? 0 : 1;
}
