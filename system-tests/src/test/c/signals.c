/* Signals: handlers and their flags, siginfo, nesting, real-time queues, waiting for them. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "steps.h"

static volatile sig_atomic_t order[64], count, depth;
static siginfo_t last;

static void plain(int signal) { order[count++] = signal; }

static void informed(int signal, siginfo_t *info, void *context) {
  feed(info, sizeof *info);
  last = *info;
  order[count++] = signal;
  if (context == NULL) {
    _exit(73);
  }
}

/* Raises itself while it runs: with SA_NODEFER it nests, else it comes after. */
static void nesting(int signal) {
  depth++;
  order[count++] = depth;
  if (count < 3) {
    raise(signal);
  }
  depth--;
}

static void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  check(sigaction(signal, &action, NULL) == 0);
}

static void handle_info(int signal, int flags) {
  struct sigaction action = {.sa_sigaction = informed, .sa_flags = flags | SA_SIGINFO};
  check(sigaction(signal, &action, NULL) == 0);
}

static void show(const char *name) {
  char text[256] = "";
  for (int i = 0; i < count; i++) {
    sprintf(text + strlen(text), " %d", order[i]);
  }
  fact("%s:%s", name, text);
  count = 0;
}

static void simple(void) {
  handle(SIGUSR1, plain, 0);
  step("handler set");
  check(raise(SIGUSR1) == 0);
  check(kill(getpid(), SIGUSR1) == 0);
  check(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1) == 0);
  show("raise, kill, tgkill");
  handle(SIGUSR1, plain, SA_RESETHAND);
  check(raise(SIGUSR1) == 0);
  struct sigaction now;
  check(sigaction(SIGUSR1, NULL, &now) == 0);
  fact("reset to default: %s", now.sa_handler == SIG_DFL ? "yes" : "no");
  show("reset");
  check_error(kill(getpid(), 99), EINVAL);
  check(kill(getpid(), 0) == 0);
}

static void informed_ones(void) {
  handle_info(SIGUSR2, 0);
  union sigval value = {.sival_int = 4711};
  check(sigqueue(getpid(), SIGUSR2, value) == 0);
  fact("code %d value %d from me %s", last.si_code, last.si_value.sival_int,
       last.si_pid == getpid() && last.si_uid == getuid() ? "yes" : "no");
  check(kill(getpid(), SIGUSR2) == 0);
  fact("code %d", last.si_code);
  check(raise(SIGUSR2) == 0);
  fact("code %d", last.si_code);
  show("informed");
}

static void nested(void) {
  handle(SIGUSR1, nesting, SA_NODEFER);
  raise(SIGUSR1);
  show("nested depths");
  handle(SIGUSR1, nesting, 0);
  raise(SIGUSR1);
  show("deferred depths");
  handle(SIGUSR1, plain, 0);
}

static void queued(void) {
  sigset_t block, before, pending;
  sigfillset(&block);
  check(sigprocmask(SIG_SETMASK, &block, &before) == 0);
  handle_info(SIGRTMIN + 1, 0);
  handle_info(SIGRTMIN + 2, 0);
  for (int i = 0; i < 3; i++) {
    check(sigqueue(getpid(), SIGRTMIN + 2, (union sigval){.sival_int = i}) == 0);
    check(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = i}) == 0);
    check(raise(SIGUSR1) == 0);
  }
  step("signals pending");
  check(sigpending(&pending) == 0);
  feed(&pending, 8);
  fact("pending %d %d %d", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGRTMIN + 1),
       sigismember(&pending, SIGUSR2));
  siginfo_t info;
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGRTMIN + 2);
  check(sigwaitinfo(&wanted, &info) == SIGRTMIN + 2);
  fact("waited for value %d", info.si_value.sival_int);
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
  /* The kernel delivers the lowest number first; the last frame that it builds runs first. */
  for (int i = 0; i < count; i++) {
    order[i] -= order[i] > SIGRTMIN ? SIGRTMIN : 0;
  }
  show("all delivered");
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  struct timespec limit = {.tv_nsec = 5000000};
  check(sigprocmask(SIG_BLOCK, &wanted, NULL) == 0);
  check_error(sigtimedwait(&wanted, &info, &limit), EAGAIN);
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

static void by_descriptor(void) {
  sigset_t wanted, before;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  sigaddset(&wanted, SIGUSR2);
  check(sigprocmask(SIG_BLOCK, &wanted, &before) == 0);
  int descriptor = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
  check(descriptor >= 0);
  struct signalfd_siginfo info[2];
  check_error(read(descriptor, info, sizeof info), EAGAIN);
  step("signalfd");
  check(sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 9}) == 0);
  check(kill(getpid(), SIGUSR1) == 0);
  await_events(descriptor, POLLIN);
  check(read(descriptor, info, sizeof info) == sizeof info);
  feed(info, sizeof info);
  fact("signalfd %u %u value %d", info[0].ssi_signo, info[1].ssi_signo,
       info[info[0].ssi_signo == SIGUSR2 ? 0 : 1].ssi_int);
  /* An epoll registration of a signalfd is bound to the process that made it. */
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 77};
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0);
  step("signalfd in epoll");
  check(kill(getpid(), SIGUSR1) == 0);
  event.data.u64 = 0;
  int ready = epoll_wait(epoll, &event, 1, 2000);
  fact("epoll %d %llu", ready, (unsigned long long)event.data.u64);
  check(read(descriptor, info, sizeof info) == sizeof info[0]);
  check(close(epoll) == 0 && close(descriptor) == 0);
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

static void body(void) {
  simple();
  informed_ones();
  nested();
  queued();
  by_descriptor();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
