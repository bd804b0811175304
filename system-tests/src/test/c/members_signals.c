/* Processes that share memory signal each other, and are signalled at a child's end. */
#include "members.h"

/* What a child that is signalled tells: how often, and by whom. */
struct signalled {
  int count;
  int by_kill;
  pid_t sender;
};

static struct signalled *shared;
static int answer_end;

static void on_signal(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  shared->count++;
  shared->by_kill = info->si_code == SI_USER;
  shared->sender = info->si_pid;
  check(write(answer_end, "s", 1) == 1);
}

static int be_signalled(void *unused) {
  struct sigaction handle = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
  check(sigaction(SIGUSR1, &handle, NULL) == 0);
  check(write(answer_end, "r", 1) == 1);
  return stay(unused);
}

/* The parent signals a child and is answered. */
static void signalled(void) {
  int answers[2];
  char byte;
  check(pipe(answers) == 0);
  answer_end = answers[1];
  pid_t child = bear(be_signalled, NULL);
  check(read(answers[0], &byte, 1) == 1 && byte == 'r');
  for (int i = 0; i < 3; i++) {
    check(kill(child, SIGUSR1) == 0);
    check(read(answers[0], &byte, 1) == 1 && byte == 's');
    fact("signalled %d, by kill %d, by its parent %d", shared->count, shared->by_kill,
         shared->sender == getpid());
    step("signalled");
  }
  check(kill(child, SIGTERM) == 0);
  fact("terminated by %d", end_of(child));
  check(close(answers[0]) == 0 && close(answers[1]) == 0);
  shared->count = 0;
}

static volatile sig_atomic_t told, told_of, told_status, told_code;

static void on_child(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  told++;
  told_of = info->si_pid;
  told_status = info->si_status;
  told_code = info->si_code;
}

/* The mask is the one without the signal, which is blocked. */
static void tell_of(pid_t child, const sigset_t *unblocked) {
  int before = told;
  while (told == before) {
    check_error(sigsuspend(unblocked), EINTR);
  }
  fact("told %d, of it %d, status %d, code %d", told, told_of == child, told_status, told_code);
  fact("it ended with %d", end_of(child));
}

static void told_by_a_signal(void) {
  int orders[2];
  struct sigaction handle = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO}, old;
  sigset_t only, before;
  sigemptyset(&only);
  sigaddset(&only, SIGCHLD);
  check(sigprocmask(SIG_BLOCK, &only, &before) == 0);
  check(sigaction(SIGCHLD, &handle, &old) == 0);
  check(pipe(orders) == 0);
  told = 0;
  pid_t first = bear(end_by_order, orders), second = bear(stay, NULL);
  step("to be told of");
  tell_to_end(orders, 61);
  tell_of(first, &before);
  step("told of one");
  check(kill(second, SIGKILL) == 0);
  tell_of(second, &before);
  first = bear(end_by_order, orders);
  tell_to_end(orders, 62);
  siginfo_t info;
  check(waitid(P_PID, first, &info, WEXITED | WNOWAIT) == 0);
  step("the signal is pending");
  tell_of(first, &before);
  check(close(orders[0]) == 0 && close(orders[1]) == 0);
  check(sigaction(SIGCHLD, &old, NULL) == 0 && sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

static void body(void) {
  shared = share(sizeof *shared);
  signalled();
  told_by_a_signal();
  check(munmap(shared, sizeof *shared) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
