// front [-E [-eSTRING]...] JAVA JVM_ARGS... -- FTRUN_ARGS...
//
// Records what ftrun was given, then makes the process fit for the JVM and becomes it; the process id stays. The JVM is told by
// -Dftrun.launchState=DESCRIPTOR and -Dftrun.launcher=PATH.
#include "launcher.h"

#include "launch_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// HotSpot (17 to 25) suspends threads by SIGUSR2 and unblocks that in every thread; _JAVA_SR_SIGNUM gives it another signal. SIGSTKFLT is
// one that the kernel never sends. The JDK's I/O wakes threads by signal 62 (its __SIGRTMAX - 2), glibc uses 32 and 33.
enum { JVM_SUSPEND_SIGNAL = SIGSTKFLT, JVM_WAKE_SIGNAL = 62, FIRST_REALTIME = 34, LAST_REALTIME = 64 };

// Signals with a meaning to a server: blocked in all threads of the JVM, where one thread takes them and passes them to the service. The JVM
// needs SEGV, BUS, FPE, ILL, TRAP, PIPE and XFSZ itself; ABRT and SYS are faults; CHLD belongs to the tracer; TSTP, TTIN, TTOU and CONT act
// on ftrun and the service alike.
static const int passed[] = {SIGHUP, SIGINT,  SIGQUIT,   SIGUSR1, SIGUSR2,  SIGALRM, SIGTERM,
                             SIGURG, SIGXCPU, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO,   SIGPWR};

// The JVM sees these variables of the user's and no others: not JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, CLASSPATH, LD_PRELOAD, MALLOC_*...
static const char *const jvm_variables[] = {"PATH=", "HOME=", "USER=", "LOGNAME=", "TZ=", "TERM=", "XDG_RUNTIME_DIR=", NULL};

static int compare_descriptors(const void *left, const void *right) {
  return *(const int32_t *)left - *(const int32_t *)right;
}

// The descriptors open now, ascending.
static int32_t *open_descriptors(uint32_t *count) {
  DIR *directory = opendir("/proc/self/fd");
  if (!directory) exit(fail("/proc/self/fd"));
  size_t capacity = 64;
  int32_t *found = allocate(capacity * sizeof *found);
  *count = 0;
  for (struct dirent *entry; (entry = readdir(directory));) {
    int descriptor = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || descriptor == dirfd(directory)) continue;
    if (*count == capacity) {
      capacity *= 2;
      found = realloc(found, capacity * sizeof *found);
      if (!found) exit(fail("cannot start"));
    }
    found[(*count)++] = descriptor;
  }
  closedir(directory);
  qsort(found, *count, sizeof *found, compare_descriptors);
  return found;
}

// The JVM sets bits of its own, which exec keeps.
static void record_coredump_filter(struct launch_state *state) {
  FILE *file = fopen("/proc/self/coredump_filter", "re");
  if (!file) {
    if (errno == ENOENT) return;  // a kernel without core dumps
    exit(fail("/proc/self/coredump_filter"));
  }
  if (fscanf(file, "%x", &state->coredump_filter) != 1) exit(fail("/proc/self/coredump_filter"));
  state->has_coredump_filter = 1;
  fclose(file);
}

static void record_process(struct launch_state *state) {
  state->magic = LAUNCH_STATE_MAGIC;
  state->version = LAUNCH_STATE_VERSION;
  mode_t mask = umask(0);
  umask(mask);
  state->umask = mask;
  state->blocked = exchange_mask(~(uint64_t)0);
  for (int signal = 1; signal <= 64; signal++) {
    if (is_ignored(signal)) state->ignored |= bit_of(signal);
  }
  for (int i = 0; i < LAUNCH_STATE_LIMITS; i++) {
    if (syscall(SYS_prlimit64, 0, i, NULL, &state->limits[i]) != 0) exit(fail("cannot read the limits"));
  }
  state->nice = getpriority(PRIO_PROCESS, 0);
  state->timer_slack = (uint64_t)prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
  if (syscall(SYS_sched_getaffinity, 0, sizeof state->affinity, state->affinity) < 0) exit(fail("cannot read the affinity"));
  record_coredump_filter(state);
}

// Limits that were meant for the service must not hit the JVM; the child lowers them again. As far as permitted.
static void raise_limits(const struct launch_state *state) {
  static const int raised[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_RSS, RLIMIT_NOFILE, RLIMIT_AS};
  for (size_t i = 0; i < sizeof raised / sizeof raised[0]; i++) {
    const struct launch_limit *given = &state->limits[raised[i]];
    struct launch_limit most = {RLIM_INFINITY, RLIM_INFINITY};
    if (raised[i] == RLIMIT_NOFILE) most.soft = most.hard = given->hard > 4096 ? given->hard : 4096;
    if (given->soft >= most.soft || syscall(SYS_prlimit64, 0, raised[i], &most, NULL) == 0) continue;
    most.soft = most.hard = given->hard;
    syscall(SYS_prlimit64, 0, raised[i], &most, NULL);
  }
}

static uint32_t bytes_of(char *const *strings, uint32_t *count) {
  size_t bytes = 0;
  for (*count = 0; strings[*count]; (*count)++) bytes += strlen(strings[*count]) + 1;
  if (bytes > INT32_MAX) exit(fail("environment too long"));
  return (uint32_t)bytes;
}

static void write_all(int fd, const void *data, size_t bytes) {
  for (const char *at = data; bytes > 0;) {
    ssize_t written = write(fd, at, bytes);
    if (written < 0) exit(fail("cannot record the environment"));
    at += written;
    bytes -= (size_t)written;
  }
}

// The memfd that the JVM inherits.
static int write_state(struct launch_state *state, const int32_t *descriptors, char *const *environment, char *const *arguments) {
  state->environment_bytes = bytes_of(environment, &state->environment_count);
  state->argument_bytes = bytes_of(arguments, &state->argument_count);
  size_t descriptor_bytes = state->descriptor_count * sizeof *descriptors;
  state->size = (uint32_t)(sizeof *state + descriptor_bytes + state->environment_bytes + state->argument_bytes);
  int fd = memfd_create("ftrun-launch-state", MFD_ALLOW_SEALING);
  if (fd < 0) exit(fail("memfd_create"));
  write_all(fd, state, sizeof *state);
  write_all(fd, descriptors, descriptor_bytes);
  for (; *environment; environment++) write_all(fd, *environment, strlen(*environment) + 1);
  for (; *arguments; arguments++) write_all(fd, *arguments, strlen(*arguments) + 1);
  if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) exit(fail("memfd seals"));
  return fd;
}

// A closed standard descriptor would become some file of the JVM's, and ftrun's messages would be written to it.
static void fill_standard_descriptors(void) {
  for (int fd = 0; fd <= 2; fd++) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) exit(fail("/dev/null"));
  }
}

static void prepare_signals(const struct launch_state *state) {
  uint64_t stops = bit_of(SIGTSTP) | bit_of(SIGTTIN) | bit_of(SIGTTOU);
  for (int signal = 1; signal <= 64; signal++) {
    if ((state->ignored & bit_of(signal)) && !(stops & bit_of(signal))) set_disposition(signal, 0);
  }
  uint64_t mask = state->blocked & stops;
  for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) mask |= bit_of(passed[i]);
  for (int signal = FIRST_REALTIME; signal <= LAST_REALTIME; signal++) {
    if (signal != JVM_WAKE_SIGNAL) mask |= bit_of(signal);
  }
  exchange_mask(mask);
}

// Arguments and file names reach Java as UTF-8 whatever the user's locale.
static char **jvm_environment(char *const *given) {
  uint32_t count;
  bytes_of(given, &count);
  char **environment = allocate((count + 3) * sizeof *environment), **next = environment;
  for (; *given; given++) {
    int wanted = strncmp(*given, "FTRUN_", 6) == 0;
    for (const char *const *name = jvm_variables; *name; name++) wanted |= strncmp(*given, *name, strlen(*name)) == 0;
    if (wanted) *next++ = *given;
  }
  static char suspend[32];
  snprintf(suspend, sizeof suspend, "_JAVA_SR_SIGNUM=%d", JVM_SUSPEND_SIGNAL);
  *next++ = suspend;
  *next = "LC_ALL=C.UTF-8";
  return environment;
}

// The environment from the options -E and -e, which are taken off the arguments; without them, this process's own.
static char **given_environment(int *argc, char ***argv) {
  if (*argc == 0 || strcmp((*argv)[0], "-E") != 0) return environ;
  char **environment = allocate((size_t)*argc * sizeof *environment), **next = environment;
  for ((*argc)--, (*argv)++; *argc > 0 && strncmp((*argv)[0], "-e", 2) == 0; (*argc)--, (*argv)++) {
    *next = (*argv)[0] + 2;
    decode_environment_word(*next++);
  }
  return environment;
}

static char **jvm_arguments(int argc, char **argv, int split, int state_fd) {
  static char path[4096], launcher[4200], launch_state[64];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length < 0) exit(fail("/proc/self/exe"));
  snprintf(launcher, sizeof launcher, "-Dftrun.launcher=%s", path);
  snprintf(launch_state, sizeof launch_state, "-Dftrun.launchState=%d", state_fd);
  char **arguments = allocate(((size_t)argc + 3) * sizeof *arguments), **next = arguments;
  *next++ = argv[0];
  *next++ = launch_state;
  *next++ = launcher;
  for (int i = 1; i < argc; i++) {
    if (i != split) *next++ = argv[i];
  }
  return arguments;
}

int front(int argc, char **argv) {
  char **environment = given_environment(&argc, &argv);
  int split = 1;
  while (split < argc && strcmp(argv[split], "--") != 0) split++;
  if (split >= argc) return 2;

  struct launch_state *state = allocate(sizeof *state);
  record_process(state);
  raise_limits(state);
  int32_t *descriptors = open_descriptors(&state->descriptor_count);
  fill_standard_descriptors();
  int state_fd = write_state(state, descriptors, environment, argv + split + 1);
  prepare_signals(state);
  char **arguments = jvm_arguments(argc, argv, split, state_fd);
  execve(argv[0], arguments, jvm_environment(environment));
  return fail(argv[0]);
}
