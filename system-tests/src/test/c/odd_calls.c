/* Calls and commands that no kernel knows yet: their error is native, and protection ends. */
#include <sys/prctl.h>

#include "steps.h"

static void body(void) {
  step("nothing odd yet");
  check_error(syscall(1000), ENOSYS);
  check_error(prctl(123456, 0, 0, 0, 0), EINVAL);
  fact("errors as natively");
  step("odd calls made");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
