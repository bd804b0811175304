/* Masks and dispositions: what was set is what is shown, for every signal. */
#include <signal.h>

#include "steps.h"

static volatile sig_atomic_t handled;
static sigset_t inside;

static void look(int signal) {
  (void)signal;
  handled++;
  sigprocmask(SIG_SETMASK, NULL, &inside);
}

static unsigned long long bits(const sigset_t *set) {
  unsigned long long value = 0;
  for (int signal = 1; signal <= 64; signal++) {
    if (sigismember(set, signal) == 1) {
      value |= 1ULL << (signal - 1);
    }
  }
  return value;
}

static void show(const char *name) {
  sigset_t now;
  check(sigprocmask(SIG_SETMASK, NULL, &now) == 0);
  fact("%s %016llx", name, bits(&now));
}

static void masks(void) {
  sigset_t set, before, old;
  check(sigprocmask(SIG_SETMASK, NULL, &before) == 0);
  show("at first");
  sigemptyset(&set);
  sigaddset(&set, SIGSYS);
  sigaddset(&set, SIGTRAP);
  sigaddset(&set, SIGSEGV);
  check(sigprocmask(SIG_BLOCK, &set, &old) == 0);
  show("three blocked");
  sigaddset(&set, SIGHUP);
  check(sigprocmask(SIG_BLOCK, &set, &old) == 0);
  fact("old %016llx", bits(&old));
  step("blocked");
  show("after the step");
  sigdelset(&set, SIGTRAP);
  check(sigprocmask(SIG_UNBLOCK, &set, &old) == 0);
  show("trap left");
  sigfillset(&set);
  check(sigprocmask(SIG_SETMASK, &set, &old) == 0);
  show("full");
  step("all blocked");
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
  show("at last");
  check_error(syscall(SYS_rt_sigprocmask, 77, &set, NULL, 8), EINVAL);
  check_error(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4), EINVAL);
}

static void in_a_handler(void) {
  struct sigaction action = {.sa_handler = look};
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGSYS);
  sigaddset(&action.sa_mask, SIGTRAP);
  sigaddset(&action.sa_mask, SIGSEGV);
  sigaddset(&action.sa_mask, SIGTERM);
  check(sigaction(SIGUSR1, &action, NULL) == 0);
  handled = 0;
  check(raise(SIGUSR1) == 0);
  fact("handled %d with %016llx", handled, bits(&inside));
  show("after it");
  struct sigaction shown;
  check(sigaction(SIGUSR1, NULL, &shown) == 0);
  fact("mask of the action %016llx flags %x", bits(&shown.sa_mask), shown.sa_flags & 0xdfffffff);
}

static void dispositions(void) {
  int shown_as_set = 0;
  for (int signal = 1; signal <= 64; signal++) {
    if (signal == SIGKILL || signal == SIGSTOP || signal == 32 || signal == 33) {
      continue;
    }
    struct sigaction action = {.sa_handler = signal % 2 == 0 ? SIG_IGN : look,
                               .sa_flags = SA_RESTART},
                     old, shown;
    check(sigaction(signal, &action, &old) == 0);
    check(sigaction(signal, NULL, &shown) == 0);
    shown_as_set += shown.sa_handler == action.sa_handler && (shown.sa_flags & SA_RESTART) != 0;
    check(sigaction(signal, &old, NULL) == 0);
  }
  fact("shown as set: %d", shown_as_set);
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  check_error(sigaction(SIGKILL, &ignore, NULL), EINVAL);
}

/* SIGSYS, SIGTRAP and SIGSEGV sent by kill are signals like any other. */
static void sent(void) {
  int signals[3] = {SIGSYS, SIGTRAP, SIGSEGV};
  for (int i = 0; i < 3; i++) {
    struct sigaction action = {.sa_handler = look}, old;
    check(sigaction(signals[i], &action, &old) == 0);
    handled = 0;
    check(kill(getpid(), signals[i]) == 0);
    fact("signal %d handled %d", signals[i], handled);
    if (i == 1) {
      step("handler of SIGTRAP");
    }
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    check(sigaction(signals[i], &ignore, NULL) == 0);
    check(kill(getpid(), signals[i]) == 0);
    fact("ignored: handled %d", handled);
    check(sigaction(signals[i], &old, NULL) == 0);
  }
}

static void blocked_and_pending(void) {
  sigset_t set, before, pending;
  sigemptyset(&set);
  sigaddset(&set, SIGTRAP);
  struct sigaction action = {.sa_handler = look}, old;
  check(sigaction(SIGTRAP, &action, &old) == 0);
  check(sigprocmask(SIG_BLOCK, &set, &before) == 0);
  handled = 0;
  check(kill(getpid(), SIGTRAP) == 0);
  check(sigpending(&pending) == 0);
  fact("blocked: handled %d pending %016llx", handled, bits(&pending));
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
  fact("unblocked: handled %d", handled);
  check(sigaction(SIGTRAP, &old, NULL) == 0);
}

static void send_self(int signal) {
  check(syscall(SYS_tgkill, getpid(), getpid(), signal) == 0);
}

static void send_all(int unused) {
  (void)unused;
  for (int i = 0; i < 3; i++) {
    send_self(SIGTRAP);
    send_self(SIGSEGV);
    send_self(SIGUSR2);
  }
}

static volatile sig_atomic_t order[8];

static void note(int signal) {
  if (handled < 8) {
    order[handled] = signal;
  }
  handled++;
}

/* What was blocked comes when it is not any more, once each, before anything else is done. */
static void released(void) {
  struct sigaction action = {.sa_handler = note}, send = {.sa_handler = send_all};
  sigfillset(&action.sa_mask);
  sigemptyset(&send.sa_mask);
  int signals[3] = {SIGTRAP, SIGSEGV, SIGUSR2};
  for (int i = 0; i < 3; i++) {
    check(sigaction(signals[i], &action, NULL) == 0);
    sigaddset(&send.sa_mask, signals[i]);
  }
  check(sigaction(SIGUSR1, &send, NULL) == 0);
  handled = 0;
  send_self(SIGUSR1);
  int at_once = handled;
  fact("by a return: %d at once, %d in all: %d %d %d", at_once, handled, order[0], order[1],
       order[2]);
  step("released by a return");

  sigset_t before;
  check(sigprocmask(SIG_BLOCK, &send.sa_mask, &before) == 0);
  handled = 0;
  send_all(0);
  step("all pending");
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
  at_once = handled;
  fact("by a mask: %d at once, %d in all: %d %d %d", at_once, handled, order[0], order[1],
       order[2]);
  step("released by a mask");

  struct sigaction ignore = {.sa_handler = SIG_IGN};
  check(sigprocmask(SIG_BLOCK, &send.sa_mask, NULL) == 0);
  handled = 0;
  send_all(0);
  check(sigaction(SIGTRAP, &ignore, NULL) == 0);
  step("one ignored");
  check(sigaction(SIGTRAP, &action, NULL) == 0);
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
  fact("handled %d: %d %d", handled, order[0], order[1]);
  for (int i = 0; i < 3; i++) {
    check(signal(signals[i], SIG_DFL) != SIG_ERR);
  }
}

static void body(void) {
  masks();
  in_a_handler();
  dispositions();
  sent();
  blocked_and_pending();
  released();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
