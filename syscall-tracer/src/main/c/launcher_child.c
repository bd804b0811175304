// child STATE_FD GO_FD STATUS_FD COMMAND ARGS...     becomes COMMAND, a program of ftrun's own that dies with it, in the recorded context
// recorded STATE_FD GO_FD STATUS_FD COUNT            the same for the service: the last COUNT arguments of ftrun, byte for byte; it survives
//
// Waits for one byte on GO_FD, so that the tracer can seize this process first; its end of file means that ftrun is gone. If the command
// cannot be executed, its errno (4 bytes, native order) goes to STATUS_FD and the exit status is 127 (not found), 126 (any other reason
// of exec) or 125 (the context cannot be restored). A successful exec closes STATUS_FD without a byte.
#include "launcher.h"

#include "launch_state.h"

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

// Writes errno to the status descriptor and ends.
static void give_up(int status, int exit_status) {
  int error = errno;
  ssize_t ignored = write(status, &error, sizeof error);
  (void)ignored;  // nobody is left to tell
  _exit(exit_status);
}

static const struct launch_state *map_state(int fd) {
  struct stat facts;
  if (fstat(fd, &facts) != 0) return NULL;
  size_t size = (size_t)facts.st_size;
  errno = EINVAL;
  if (size < sizeof(struct launch_state)) return NULL;
  const struct launch_state *state = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (state == MAP_FAILED) return NULL;
  uint64_t expected = sizeof *state + (uint64_t)state->descriptor_count * sizeof state->descriptors[0] +
                      state->environment_bytes + state->argument_bytes;
  errno = EINVAL;
  if (state->magic != LAUNCH_STATE_MAGIC || state->version != LAUNCH_STATE_VERSION || state->size != size || expected != size) {
    return NULL;
  }
  return state;
}

// A NULL-terminated array of pointers to count consecutive NUL-terminated strings.
static char **strings(const char *text, uint32_t count) {
  char **array = allocate((count + 1) * sizeof *array);
  for (uint32_t i = 0; i < count; i++) {
    array[i] = (char *)text;
    text += strlen(text) + 1;
  }
  return array;
}

static const char *environment_of(const struct launch_state *state) {
  return (const char *)(state->descriptors + state->descriptor_count);
}

// What a thread of the daemon may have changed for itself. Done before the wait, so that the tracer may set it anew after it.
static int restore_scheduling(const struct launch_state *state) {
  if (syscall(SYS_sched_setaffinity, 0, sizeof state->affinity, state->affinity) != 0) return -1;
  errno = 0;
  if (getpriority(PRIO_PROCESS, 0) != state->nice && setpriority(PRIO_PROCESS, 0, state->nice) != 0) return -1;
  return prctl(PR_SET_TIMERSLACK, state->timer_slack, 0, 0, 0);
}

static int restore_coredump_filter(const struct launch_state *state) {
  if (!state->has_coredump_filter) return 0;
  int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  int done = dprintf(fd, "0x%x", state->coredump_filter) > 0 ? 0 : -1;
  close(fd);
  return done;
}

static int restore_limits(const struct launch_state *state) {
  for (int i = 0; i < LAUNCH_STATE_LIMITS; i++) {
    struct launch_limit now;
    if (syscall(SYS_prlimit64, 0, i, NULL, &now) != 0) return -1;
    if (now.soft == state->limits[i].soft && now.hard == state->limits[i].hard) continue;
    if (syscall(SYS_prlimit64, 0, i, &state->limits[i], NULL) != 0) return -1;
  }
  return 0;
}

static int close_between(int first, int last) {
  return first > last ? 0 : (int)syscall(SYS_close_range, first, last, 0);
}

// Closes all but the recorded descriptors and the status descriptor, which exec closes.
static int restore_descriptors(const struct launch_state *state, int status) {
  if (fcntl(status, F_SETFD, FD_CLOEXEC) != 0) return -1;
  int next = 0, status_passed = 0;
  for (uint32_t i = 0; i < state->descriptor_count; i++) {
    int keep = state->descriptors[i];
    if (!status_passed && status < keep) {
      if (close_between(next, status - 1) != 0) return -1;
      next = status + 1;
      status_passed = 1;
    }
    if (close_between(next, keep - 1) != 0) return -1;
    next = keep + 1;
  }
  if (!status_passed) {
    if (close_between(next, status - 1) != 0) return -1;
    next = status + 1;
  }
  return (int)syscall(SYS_close_range, next, ~0U, 0);
}

static int restore_signals(const struct launch_state *state) {
  for (int signal = 1; signal <= 64; signal++) {
    if (bit_of(signal) & (bit_of(9) | bit_of(19))) continue;  // SIGKILL, SIGSTOP
    if (set_disposition(signal, (state->ignored & bit_of(signal)) != 0) != 0) return -1;
  }
  exchange_mask(state->blocked);
  return 0;
}

static void await_go(int go) {
  char byte;
  ssize_t got;
  do {
    got = read(go, &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) _exit(EXIT_FTRUN_FAILED);
}

// Does not return.
static void become(const struct launch_state *state, int go, int status, char **command) {
  if (restore_scheduling(state) != 0 || restore_coredump_filter(state) != 0) give_up(status, EXIT_FTRUN_FAILED);
  await_go(go);
  environ = strings(environment_of(state), state->environment_count);
  umask((mode_t)state->umask);
  if (restore_descriptors(state, status) != 0 || restore_limits(state) != 0 || restore_signals(state) != 0) {
    give_up(status, EXIT_FTRUN_FAILED);
  }
  execvp(command[0], command);
  give_up(status, errno == ENOENT || errno == ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
}

int child(int argc, char **argv) {
  if (argc < 4) return 2;
  int status = atoi(argv[2]);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(status, EXIT_FTRUN_FAILED);
  const struct launch_state *state = map_state(atoi(argv[0]));
  if (!state) give_up(status, EXIT_FTRUN_FAILED);
  become(state, atoi(argv[1]), status, argv + 3);
  return EXIT_FTRUN_FAILED;
}

int recorded(int argc, char **argv) {
  if (argc != 4) return 2;
  int status = atoi(argv[2]);
  uint32_t count = (uint32_t)atoi(argv[3]);
  const struct launch_state *state = map_state(atoi(argv[0]));
  if (!state) give_up(status, EXIT_FTRUN_FAILED);
  errno = EINVAL;
  if (count < 1 || count > state->argument_count) give_up(status, EXIT_FTRUN_FAILED);
  char **arguments = strings(environment_of(state) + state->environment_bytes, state->argument_count);
  become(state, atoi(argv[1]), status, arguments + (state->argument_count - count));
  return EXIT_FTRUN_FAILED;
}
