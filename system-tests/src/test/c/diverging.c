/*
 * Makes the same call again and again, one of whose numbers comes from memory:
 *
 *   diverging number|descriptor|length|address|offset
 *
 * Half-way it names that memory in a call that changes nothing: there a test may have a replica's
 * copy of it changed, which then asks for something else than its primary.
 */
#include "steps.h"

enum { TIMES = 500, BYTES = 3000, PAGE = 4096 };

static _Alignas(PAGE) volatile long odd[PAGE / sizeof(long)];
static char bytes[BYTES + 1];
static int null;

static long ask(const char *kind) {
  if (strcmp(kind, "number") == 0) return syscall(SYS_getppid + odd[0]) > 0;
  if (strcmp(kind, "descriptor") == 0) return write(null + odd[0], bytes, BYTES);
  if (strcmp(kind, "length") == 0) return write(null, bytes, BYTES + odd[0]);
  if (strcmp(kind, "address") == 0) return write(null, bytes + odd[0], BYTES);
  return pwrite(null, bytes, BYTES, 6 + odd[0]);
}

static void ask_often(const char *kind) {
  for (int i = 0; i < TIMES; i++) check(ask(kind) > 0);
}

int main(int argc, char **argv) {
  check(argc == 2);
  steps_begin();
  null = open("/dev/null", O_WRONLY);
  check(null >= 0 && dup2(null, null + 1) == null + 1);
  ask_often(argv[1]);
  step("asked");
  check(madvise((void *)odd, PAGE, MADV_NORMAL) == 0);
  ask_often(argv[1]);
  step("asked again");
  fact("done");
  return 0;
}
