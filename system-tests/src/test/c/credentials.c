/* Credentials: ids, groups, capabilities, process attributes; dropping root where we are root. */
#include <grp.h>
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "steps.h"

static void ids(void) {
  feed_value(getuid());
  feed_value(geteuid());
  feed_value(getgid());
  feed_value(getegid());
  feed_value(getpid());
  feed_value(getppid());
  feed_value(gettid());
  feed_value(getpgrp());
  feed_value(getsid(0));
  fact("one thread: %s", getpid() == gettid() ? "yes" : "no");
  gid_t groups[256];
  int count = getgroups(256, groups);
  check(count >= 0 && getgroups(0, NULL) == count);
  feed(groups, count * sizeof *groups);
  uid_t real, effective, saved;
  check(getresuid(&real, &effective, &saved) == 0);
  fact("same ids: %s", real == effective && effective == saved ? "yes" : "no");
}

static void capabilities(const char *when) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  check(syscall(SYS_capget, &header, data) == 0);
  feed(data, sizeof data);
  fact("%s: effective %s", when, data[0].effective != 0 ? "some" : "none");
}

/* Sets the capabilities as they are, naming the process by 0 and by its own pid. */
static void same_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  check(syscall(SYS_capget, &header, data) == 0);
  check(syscall(SYS_capset, &header, data) == 0);
  header.pid = getpid();
  check(syscall(SYS_capset, &header, data) == 0);
  check(header.pid == getpid());
  header.pid = getppid();
  check_error(syscall(SYS_capset, &header, data), EPERM);
  step("capabilities set as they are");
}

static void attributes(void) {
  char name[16] = {0};
  check(prctl(PR_SET_NAME, "tiny program") == 0);
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  check(prctl(PR_SET_TIMERSLACK, 60000) == 0);
  step("attributes set");
  check(prctl(PR_GET_NAME, name) == 0);
  fact("name %s no new privileges %d", name, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  fact("slack %d", prctl(PR_GET_TIMERSLACK));
  fact("dumpable %d", prctl(PR_GET_DUMPABLE));
  int signal = -1;
  check(prctl(PR_GET_PDEATHSIG, &signal) == 0);
  fact("death signal %d", signal);
  int file = open("/proc/self/comm", O_RDONLY);
  char shown[32] = {0};
  check(read(file, shown, sizeof shown) > 0 && close(file) == 0);
  fact("comm %s", strtok(shown, "\n"));
}

static void drop_root(void) {
  gid_t groups[2] = {65534, 100};
  check(setgroups(2, groups) == 0);
  check(setresgid(65534, 65534, 65534) == 0);
  check(setfsuid(0) == 0);
  check(setresuid(65534, 65534, 0) == 0);
  step("root dropped, saved id kept");
  fact("uid %d gid %d groups %d", getuid(), getgid(), getgroups(0, NULL));
  capabilities("dropped");
  check(setresuid(0, 0, 0) == 0);
  step("root again");
  capabilities("again");
  check(setuid(65534) == 0);
  step("root gone");
  check_error(setuid(0), EPERM);
  check_error(setgroups(0, NULL), EPERM);
  check_error(open("/etc/shadow", O_RDONLY), EACCES);
  capabilities("gone");
}

static void body(void) {
  ids();
  capabilities("at first");
  same_capabilities();
  attributes();
  if (getuid() == 0) {
    drop_root();
  }
}

int main(int argc, char **argv) {
  /* What was given up cannot be had again: the body runs once. */
  return run_steps(argc < 1 ? argc : 1, argv, body);
}
