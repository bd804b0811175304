/* Children that share memory end in all ways, at once or later, and are waited for in all forms. */
#include <sys/resource.h>

#include "members.h"

enum { PAGE = 4096 };

static int orders[2];

static int end_at_once(void *status) { return (int)(intptr_t)status; }

static void various_ends(void) {
  const int statuses[] = {0, 1, 255, 256 + 3};
  pid_t children[4];
  for (int i = 0; i < 4; i++) {
    children[i] = bear(end_at_once, (void *)(intptr_t)statuses[i]);
  }
  for (int i = 3; i >= 0; i--) {
    fact("%d ends with %d", statuses[i], end_of(children[i]));
  }
  pid_t terminated = bear(stay, NULL), killed = bear(stay, NULL);
  check(kill(terminated, SIGTERM) == 0 && kill(killed, SIGKILL) == 0);
  fact("killed by %d and %d", end_of(killed), end_of(terminated));
  terminated = bear(stay, NULL);
  killed = bear(stay, NULL);
  step("two stay");
  check(kill(killed, SIGKILL) == 0);
  fact("killed by %d", end_of(killed));
  step("one stays");
  check(kill(terminated, 0) == 0 && kill(terminated, SIGTERM) == 0);
  fact("terminated by %d", end_of(terminated));
  check_error(kill(terminated, 0), ESRCH);
}

static void waits(void) {
  int status = -1;
  siginfo_t info;
  struct rusage usage;
  pid_t child = bear(end_by_order, orders), other = bear(stay, NULL);
  step("they live");
  check(waitpid(-1, &status, WNOHANG) == 0 && status == -1);
  memset(&info, 1, sizeof info);
  check(waitid(P_PID, child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0);
  tell_to_end(orders, 41);
  check(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0);
  fact("of it %d, code %d, status %d", info.si_pid == child, info.si_code, info.si_status);
  step("one is dead");
  memset(&info, 0, sizeof info);
  check(waitid(P_PID, child, &info, WEXITED | WNOWAIT | WNOHANG) == 0);
  fact("of it %d, code %d, status %d", info.si_pid == child, info.si_code, info.si_status);
  memset(&usage, -1, sizeof usage);
  check(wait4(-1, &status, 0, &usage) == child);
  check(usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_sec < 60);
  fact("waited for: %d", WEXITSTATUS(status));
  check_error(waitpid(child, &status, 0), ECHILD);
  check(kill(other, SIGKILL) == 0);
  check(waitid(P_ALL, 0, &info, WEXITED) == 0);
  fact("of the other %d, code %d, status %d", info.si_pid == other, info.si_code, info.si_status);
  check_error(waitid(P_ALL, 0, &info, WEXITED | WNOHANG), ECHILD);
}

static void body(void) {
  void *shared = share(PAGE);
  check(pipe(orders) == 0);
  various_ends();
  waits();
  check(close(orders[0]) == 0 && close(orders[1]) == 0);
  check(munmap(shared, PAGE) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
