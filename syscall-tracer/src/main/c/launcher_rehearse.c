// A service that does next to nothing, for rehearsing a takeover: cheap calls that do not block, one that does, its own pipe.
#include "launcher.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { LIFETIME_SECONDS = 30 };

int rehearse(void) {
  // As it was launched; said again so that it counts for those that take over as well. Without it they would go on natively, as a service
  // does, when ftrun is ended meanwhile.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return fail("prctl");
  int ends[2];
  if (pipe(ends) != 0) return fail("pipe");
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do {
    char byte = 'r';
    if (getppid() < 0 || write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1) return fail("pipe");
    struct pollfd readable = {.fd = ends[0], .events = POLLIN};
    poll(&readable, 1, 1);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec < LIFETIME_SECONDS);
  return 0;
}
