// A service that does next to nothing, for rehearsing a takeover: cheap calls that do not block, one that does, its own pipe.
#include "launcher.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

enum { LIFETIME_SECONDS = 30 };

int rehearse(void) {
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
