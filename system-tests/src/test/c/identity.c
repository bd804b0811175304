/*
 * Ids of the process, in results, arguments, signals and messages. What was read before a takeover is
 * used after it: at each step the process may be replaced by another one.
 */
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "steps.h"

static pid_t first; /* as it was at the start of the program */
static volatile sig_atomic_t came, sender, code;

static void note(int signal, siginfo_t *info, void *context) {
  (void)context;
  came = signal;
  sender = info->si_pid;
  code = info->si_code;
}

static const char *who(pid_t pid) {
  return pid == first ? "itself" : pid == getppid() ? "its parent" : pid == 0 ? "nobody" : "another";
}

static void handle(int signal) {
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
  check(sigaction(signal, &action, NULL) == 0);
}

static void arrived(const char *how, int signal) {
  fact("%s: %s from %s, code %d", how, came == signal ? "the signal" : "nothing", who(sender), code);
  came = 0;
}

static void itself(void) {
  fact("getpid: %s, gettid: %s", who(getpid()), who(gettid()));
  fact("raw: %s, %s", who(syscall(SYS_getpid)), who(syscall(SYS_gettid)));
  fact("set_tid_address: %s", who(syscall(SYS_set_tid_address, NULL)));
  fact("parent: %s", getppid() == first ? "itself" : "another");
  for (int i = 0; i < 1000; i++) {
    check(getpid() == first && syscall(SYS_getpid) == first && syscall(SYS_gettid) == first);
  }
  feed_value(first);
  feed_value(getppid());
}

static void signals(void) {
  handle(SIGUSR1);
  step("ids known");
  check(raise(SIGUSR1) == 0);
  arrived("raise", SIGUSR1);
  step("raised");
  check(kill(first, SIGUSR1) == 0);
  arrived("kill", SIGUSR1);
  step("killed itself");
  check(syscall(SYS_tgkill, first, first, SIGUSR1) == 0);
  arrived("tgkill", SIGUSR1);
  check(syscall(SYS_tkill, first, SIGUSR1) == 0);
  arrived("tkill", SIGUSR1);
  union sigval value = {.sival_int = 4711};
  check(sigqueue(first, SIGUSR1, value) == 0);
  arrived("sigqueue", SIGUSR1);
  check_error(syscall(SYS_tgkill, first, 1, SIGUSR1), ESRCH);
  check(kill(first, 0) == 0);
}

/* Blocked, then taken without a handler. */
static void taken(void) {
  sigset_t set;
  siginfo_t info;
  struct signalfd_siginfo told[2];
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  check(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
  check(kill(getpid(), SIGUSR2) == 0);
  step("pending");
  check(sigwaitinfo(&set, &info) == SIGUSR2);
  fact("sigwaitinfo: %s", who(info.si_pid));
  int descriptor = signalfd(-1, &set, SFD_CLOEXEC);
  int copy = dup(descriptor);
  check(descriptor >= 0 && copy >= 0);
  for (int i = 0; i < 3; i++) {
    check(kill(first, SIGUSR2) == 0);
    check(read(i % 2 ? copy : descriptor, told, sizeof told) == sizeof told[0]);
    fact("signalfd: %u from %s", told[0].ssi_signo, who((pid_t)told[0].ssi_pid));
    step("told");
  }
  check(close(descriptor) == 0 && close(copy) == 0);
  int pipe_ends[2];
  check(pipe(pipe_ends) == 0);
  check(write(pipe_ends[1], told, sizeof told[0]) == sizeof told[0]);
  struct signalfd_siginfo back;
  check(read(pipe_ends[0], &back, sizeof back) == sizeof back);
  fact("through a pipe: %s", memcmp(&back, told, sizeof back) == 0 ? "the same" : "changed");
  check(close(pipe_ends[0]) == 0 && close(pipe_ends[1]) == 0);
  check(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
}

static void arguments(void) {
  struct sched_param param;
  struct rlimit limit;
  cpu_set_t cpus;
  int policy = syscall(SYS_sched_getscheduler, 0);
  check(policy >= 0 && syscall(SYS_sched_getscheduler, first) == policy);
  check(syscall(SYS_sched_getparam, first, &param) == 0);
  check(sched_getaffinity(first, sizeof cpus, &cpus) == 0);
  errno = 0;
  int nice = getpriority(PRIO_PROCESS, first);
  check(errno == 0);
  check(setpriority(PRIO_PROCESS, first, nice + 1) == 0);
  fact("nicer by %d", getpriority(PRIO_PROCESS, 0) - nice);
  check(prlimit(first, RLIMIT_NOFILE, NULL, &limit) == 0);
  check(prlimit(first, RLIMIT_NOFILE, &limit, NULL) == 0);
  check(syscall(SYS_ioprio_get, 1, first) >= 0);
  fact("getpgid: %s", getpgid(first) == getpgrp() ? "the group" : "another");
  fact("getsid: %s", getsid(first) == getsid(0) ? "the session" : "another");
  int process = syscall(SYS_pidfd_open, first, 0);
  check(process >= 0);
  check(syscall(SYS_pidfd_send_signal, process, SIGUSR1, NULL, 0) == 0);
  arrived("pidfd", SIGUSR1);
  check(close(process) == 0);
  check_error(waitpid(first, NULL, WNOHANG), ECHILD);
}

static void owners(void) {
  int ends[2];
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  check(fcntl(ends[0], F_SETOWN, first) == 0);
  fact("F_GETOWN: %s", who(fcntl(ends[0], F_GETOWN)));
  struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = gettid()};
  check(fcntl(ends[1], F_SETOWN_EX, &owner) == 0);
  memset(&owner, 0, sizeof owner);
  step("owned");
  check(fcntl(ends[1], F_GETOWN_EX, &owner) == 0);
  fact("F_GETOWN_EX: type %d, %s", owner.type, who(owner.pid));
  fact("F_GETOWN: %s", who(fcntl(ends[0], F_GETOWN)));
  handle(SIGIO);
  check(fcntl(ends[0], F_SETFL, O_ASYNC) == 0);
  check(write(ends[1], "x", 1) == 1);
  fact("SIGIO %s", came == SIGIO ? "came" : "did not come");
  came = 0;
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void send_credentials(int socket, pid_t pid) {
  struct ucred own = {.pid = pid, .uid = getuid(), .gid = getgid()};
  union {
    char room[CMSG_SPACE(sizeof own)];
    struct cmsghdr header;
  } control = {0};
  struct iovec data = {.iov_base = "c", .iov_len = 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
  if (pid != 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control.room;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_CREDENTIALS;
    control.header.cmsg_len = CMSG_LEN(sizeof own);
    memcpy(CMSG_DATA(&control.header), &own, sizeof own);
  }
  check(sendmsg(socket, &message, 0) == 1);
  struct ucred after;
  memcpy(&after, CMSG_DATA(&control.header), sizeof after);
  check(pid == 0 || after.pid == pid);
}

static pid_t receive_credentials(int socket) {
  char byte;
  union {
    char room[CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr header;
  } control;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control.room};
  check(recvmsg(socket, &message, 0) == 1);
  check(control.header.cmsg_type == SCM_CREDENTIALS);
  struct ucred got;
  memcpy(&got, CMSG_DATA(&control.header), sizeof got);
  return got.pid;
}

static void credentials(void) {
  int ends[2], on = 1;
  struct ucred peer;
  socklen_t length = sizeof peer;
  check(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
  check(getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0);
  fact("SO_PEERCRED: %s", who(peer.pid));
  step("sockets made");
  check(getsockopt(ends[0], SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0);
  fact("SO_PEERCRED: %s", who(peer.pid));
  check(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0);
  for (int i = 0; i < 3; i++) {
    send_credentials(ends[0], first);
    fact("own credentials: %s", who(receive_credentials(ends[1])));
    send_credentials(ends[0], 0);
    fact("the kernel's: %s", who(receive_credentials(ends[1])));
  }
  if (geteuid() != 0) {
    fact("not root");
  }
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
}

static void proc(void) {
  char path[64], name[64] = "", own[64] = "";
  struct stat self, named;
  for (int i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "/proc/%d/exe", first);
    ssize_t length = readlink(path, name, sizeof name - 1);
    check(length > 0 && readlink("/proc/self/exe", own, sizeof own - 1) == length);
    fact("/proc/PID/exe: %s", strcmp(name, own) == 0 ? "its own" : "another's");
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", first);
    check(stat(path, &named) == 0);
    snprintf(path, sizeof path, "/proc/%d/task/%d/comm", first, gettid());
    check(stat(path, &self) == 0);
    fact("/proc/self/task/TID: %s", self.st_ino == named.st_ino ? "its own" : "another's");
    snprintf(path, sizeof path, "/proc/%d", first);
    check(stat(path, &named) == 0);
    int descriptor = open(path, O_RDONLY | O_DIRECTORY);
    check(descriptor >= 0 && close(descriptor) == 0);
  }
}

static void body(void) {
  first = getpid();
  itself();
  signals();
  step("signals");
  itself();
  taken();
  step("taken");
  arguments();
  step("arguments");
  owners();
  step("owners");
  credentials();
  step("credentials");
  proc();
  step("proc");
  itself();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
