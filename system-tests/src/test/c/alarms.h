/* SIGALRMs that are counted, and waited for without missing one. */
#ifndef ALARMS_H
#define ALARMS_H

#include <signal.h>

#include "steps.h"

static volatile sig_atomic_t alarms;

static inline void count_alarm(int signal) {
  (void)signal;
  alarms++;
}

static inline void await_alarms(int wanted) {
  sigset_t block, before;
  sigemptyset(&block);
  sigaddset(&block, SIGALRM);
  check(sigprocmask(SIG_BLOCK, &block, &before) == 0);
  while (alarms < wanted) {
    check_error(sigsuspend(&before), EINTR);
  }
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

#endif
