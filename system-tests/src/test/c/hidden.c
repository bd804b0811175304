/*
 * What is hidden from a service since it cannot be replicated: says of each facility whether it is there. Each
 * is asked for twice, since the second time its call may go another way.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *answer(long number) {
  static char text[32];
  errno = 0;
  long result = syscall(number, 0, 0, 0, 0);
  if (result == -1 && errno == ENOSYS) {
    return "missing";
  }
  snprintf(text, sizeof text, "there (%ld, errno %d)", result, errno);
  return text;
}

int main(void) {
  for (int round = 0; round < 2; round++) {
    printf("vDSO %s\n", getauxval(AT_SYSINFO_EHDR) == 0 ? "missing" : "there");
    printf("rseq %s\n", answer(SYS_rseq));
    printf("io_uring_setup %s\n", answer(SYS_io_uring_setup));
  }
  return 0;
}
