/* Limits, priorities, sessions, scheduling; what the machine says of itself. */
#include <sched.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "steps.h"

static void limits(void) {
  for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
    struct rlimit limit, shown;
    check(getrlimit(resource, &limit) == 0);
    feed(&limit, sizeof limit);
    check(prlimit(0, resource, NULL, &shown) == 0);
    check(memcmp(&limit, &shown, sizeof limit) == 0);
  }
  struct rlimit core = {0, 0}, shown;
  check(setrlimit(RLIMIT_CORE, &core) == 0);
  step("core limit set");
  check(getrlimit(RLIMIT_CORE, &shown) == 0);
  fact("core limit %ld %ld", (long)shown.rlim_cur, (long)shown.rlim_max);
  check_error(getrlimit(99, &shown), EINVAL);
}

static void file_size(void) {
  struct rlimit old, small;
  check(getrlimit(RLIMIT_FSIZE, &old) == 0);
  small = (struct rlimit){.rlim_cur = 1000, .rlim_max = old.rlim_max};
  int file = open("limited", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  check(setrlimit(RLIMIT_FSIZE, &small) == 0);
  static char block[4096];
  fact("written up to the limit: %zd", write(file, block, sizeof block));
  check(setrlimit(RLIMIT_FSIZE, &old) == 0);
  check(close(file) == 0 && unlink("limited") == 0);
}

static void scheduling(void) {
  errno = 0;
  int priority = getpriority(PRIO_PROCESS, 0);
  feed_value(priority);
  check(setpriority(PRIO_PROCESS, 0, priority) == 0);
  fact("policy %d", sched_getscheduler(0));
  struct sched_param parameters;
  check(sched_getparam(0, &parameters) == 0);
  unsigned cpu, node;
  check(syscall(SYS_getcpu, &cpu, &node, NULL) == 0);
  feed_value(cpu);
  check(sched_yield() == 0);
  fact("priorities %d..%d", sched_get_priority_min(SCHED_FIFO), sched_get_priority_max(SCHED_FIFO));
}

static void show_cores(const char *when) {
  cpu_set_t set;
  CPU_ZERO(&set);
  check(sched_getaffinity(0, sizeof set, &set) == 0);
  feed(&set, sizeof set);
  char line[64] = "";
  for (int core = 0; core < 8; core++) {
    strcat(line, CPU_ISSET(core, &set) ? " yes" : " no");
  }
  fact("cores %s: %d%s", when, CPU_COUNT(&set), line);
}

/* Which cores there are is a fact of the machine; which of them a thread has is the thread's wish. */
static void cores(void) {
  cpu_set_t all, one;
  CPU_ZERO(&all);
  check(sched_getaffinity(0, sizeof all, &all) == 0);
  show_cores("at the start");
  int last = 0;
  for (int core = 0; core < CPU_SETSIZE; core++) {
    if (CPU_ISSET(core, &all)) {
      last = core;
    }
  }
  CPU_ZERO(&one);
  CPU_SET(last, &one);
  check(sched_setaffinity(0, sizeof one, &one) == 0);
  show_cores("when one is asked for");
  step("one core");
  show_cores("when one was asked for");
  CPU_SET(1023, &one);
  check(sched_setaffinity(getpid(), sizeof one, &one) == 0);
  show_cores("with one that is not there");
  CPU_ZERO(&one);
  check_error(sched_setaffinity(0, sizeof one, &one), EINVAL);
  check_error(sched_setaffinity(0, sizeof one, (cpu_set_t *)8), EFAULT);
  check_error(syscall(SYS_sched_getaffinity, 0, 3, &one), EINVAL);
  show_cores("after errors");
  fact("shown in %ld bytes", syscall(SYS_sched_getaffinity, 0, sizeof one, &one));
  check(sched_setaffinity(0, sizeof all, &all) == 0);
  step("all cores");
  show_cores("at the end");
}

static void machine(void) {
  struct utsname names;
  check(uname(&names) == 0);
  feed(&names, sizeof names);
  fact("system %s %s", names.sysname, names.machine);
  struct sysinfo info;
  check(sysinfo(&info) == 0);
  feed(&info, sizeof info);
  fact("has memory: %s", info.totalram > 0 ? "yes" : "no");
  struct statfs file_system;
  check(statfs("/proc", &file_system) == 0);
  feed(&file_system, sizeof file_system);
  fact("proc is %lx", (long)file_system.f_type);
  char text[4096];
  int file = open("/proc/self/status", O_RDONLY);
  ssize_t length;
  while ((length = read(file, text, sizeof text)) > 0) {
    feed(text, length);
  }
  check(close(file) == 0);
}

static void body(void) {
  limits();
  file_size();
  step("limits");
  scheduling();
  cores();
  machine();
}

int main(int argc, char **argv) {
  /* Crossing RLIMIT_FSIZE with nothing written would raise SIGXFSZ; with a part it does not. */
  return run_steps(argc, argv, body);
}
