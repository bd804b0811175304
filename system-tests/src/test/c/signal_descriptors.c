/* A signalfd in an epoll instance: the kernel ties its readiness to the process that added it. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "steps.h"

static void arrives(int epoll, int descriptor, int signal) {
  struct epoll_event ready;
  check(epoll_wait(epoll, &ready, 1, 0) == 0);
  /* Nobody has looked when it arrives: the waiter has to be woken, or to find it ready. */
  check(raise(signal) == 0);
  check(epoll_wait(epoll, &ready, 1, 5000) == 1);
  struct signalfd_siginfo info;
  check(read(descriptor, &info, sizeof info) == sizeof info);
  fact("data %llx signal %u from me %s", (unsigned long long)ready.data.u64, info.ssi_signo,
       (int)info.ssi_pid == getpid() ? "yes" : "no");
}

static void body(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN + 3);
  check(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
  int descriptor = signalfd(-1, &set, SFD_NONBLOCK);
  int level = epoll_create1(0), edge = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x1122334455667788};
  check(descriptor >= 0 && level >= 0 && edge >= 0);
  check(epoll_ctl(level, EPOLL_CTL_ADD, descriptor, &event) == 0);
  event = (struct epoll_event){.events = EPOLLIN | EPOLLET, .data.u64 = 0xfedcba9876543210};
  check(epoll_ctl(edge, EPOLL_CTL_ADD, descriptor, &event) == 0);
  for (int i = 0; i < 3; i++) {
    step("added");
    arrives(level, descriptor, SIGUSR1);
    step("level");
    arrives(edge, descriptor, SIGRTMIN + 3);
  }
  close(level);
  close(edge);
  close(descriptor);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
