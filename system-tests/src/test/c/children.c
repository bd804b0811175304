/* Child processes: fork, vfork, spawn, wait in all forms; children that outlive their parent's process. */
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "steps.h"

static void forked(void) {
  int ends[2];
  check(pipe(ends) == 0);
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    if (write(ends[1], "from the child", 14) != 14) {
      _exit(1);
    }
    _exit(33);
  }
  char text[32] = {0};
  check(read(ends[0], text, sizeof text) == 14);
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("%s, status %d", text, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
  check_error(waitpid(-1, &status, 0), ECHILD);
}

static void killed(void) {
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    for (;;) {
      pause();
    }
  }
  check(kill(child, SIGTERM) == 0);
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("child died of %d", WIFSIGNALED(status) ? WTERMSIG(status) : -1);
}

static void spawned(void) {
  char *arguments[] = {"sh", "-c", "echo words of the shell | tr a-z A-Z; exit 7", NULL};
  pid_t child;
  check(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ) == 0);
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("shell's status %d", WEXITSTATUS(status));
  check(posix_spawn(&child, "/missing", NULL, NULL, arguments, environ) == ENOENT);
  check_error(waitpid(-1, &status, 0), ECHILD);
  status = system("exit 3");
  fact("system %d", WEXITSTATUS(status));
  FILE *lines = popen("echo piped", "r");
  char line[32];
  check(lines != NULL && fgets(line, sizeof line, lines) != NULL);
  check(pclose(lines) == 0);
  fact("a line %.5s", line);
  child = vfork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", "exit 8", (char *)NULL);
    _exit(127);
  }
  check(child > 0 && waitpid(child, &status, 0) == child);
  fact("vfork and exec %d", WEXITSTATUS(status));
  child = vfork();
  if (child == 0) {
    _exit(9);
  }
  check(child > 0 && waitpid(child, &status, 0) == child);
  fact("vfork and exit %d", WEXITSTATUS(status));
}

/* A child that ends with a status when it is told to. */
struct waiting {
  pid_t pid;
  int tell;
};

static struct waiting begin(int exit_status) {
  int ends[2];
  check(pipe2(ends, O_CLOEXEC) == 0);
  struct waiting child = {fork(), ends[1]};
  check(child.pid >= 0);
  if (child.pid == 0) {
    char byte;
    close(ends[1]);
    _exit(read(ends[0], &byte, 1) == 1 ? exit_status : 99);
  }
  check(close(ends[0]) == 0);
  return child;
}

static void end(struct waiting child) {
  check(write(child.tell, "x", 1) == 1);
  check(close(child.tell) == 0);
}

static void lives_on(void) {
  struct waiting child = begin(21);
  step("a child lives");
  int status = -1;
  check(waitpid(child.pid, &status, WNOHANG) == 0 && status == -1);
  siginfo_t info;
  memset(&info, 1, sizeof info);
  check(waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0 && info.si_signo == 0);
  check(kill(child.pid, 0) == 0);
  end(child);
  struct rusage usage;
  memset(&usage, -1, sizeof usage);
  check(wait4(child.pid, &status, 0, &usage) == child.pid);
  check(usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_sec < 5);
  fact("its status %d", WEXITSTATUS(status));
  check_error(wait(&status), ECHILD);
}

static void is_dead(void) {
  struct waiting child = begin(22);
  end(child);
  siginfo_t info;
  check(waitid(P_PID, child.pid, &info, WEXITED | WNOWAIT) == 0);
  step("a child is dead");
  memset(&info, 0, sizeof info);
  check(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0);
  fact("code %d, status %d, its own %d", info.si_code, info.si_status, info.si_pid == child.pid);
  int status;
  check(wait(&status) == child.pid);
  fact("status %d", WEXITSTATUS(status));
  check_error(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
}

static void several(void) {
  struct waiting children[3];
  for (int i = 0; i < 3; i++) {
    children[i] = begin(30 + i);
  }
  check(setpgid(children[2].pid, children[2].pid) == 0);
  step("several live");
  struct waiting young = begin(40);
  int status;
  end(children[1]);
  check(waitpid(-1, &status, 0) == children[1].pid);
  fact("one %d", WEXITSTATUS(status));
  end(young);
  check(waitpid(-1, &status, 0) == young.pid);
  fact("the young one %d", WEXITSTATUS(status));
  check(waitpid(0, &status, WNOHANG) == 0);
  check(kill(-children[2].pid, SIGKILL) == 0);
  check(waitpid(-children[2].pid, &status, 0) == children[2].pid);
  fact("the group's died of %d", WTERMSIG(status));
  check(close(children[2].tell) == 0);
  check_error(waitpid(children[2].pid, &status, 0), ECHILD);
  end(children[0]);
  check(waitpid(children[0].pid, NULL, 0) == children[0].pid);
  check_error(waitpid(-1, &status, WNOHANG), ECHILD);
}

static volatile sig_atomic_t told;
static volatile sig_atomic_t told_of;
static volatile sig_atomic_t told_status;

static void on_child(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)context;
  told++;
  told_of = info->si_pid;
  told_status = info->si_status;
}

static void signalled(void) {
  sigset_t only, before;
  sigemptyset(&only);
  sigaddset(&only, SIGCHLD);
  struct sigaction handle = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART}, old;
  check(sigaction(SIGCHLD, &handle, &old) == 0);
  told = 0;
  struct waiting child = begin(50);
  step("to be signalled");
  end(child);
  int status;
  check(waitpid(child.pid, &status, 0) == child.pid);
  while (told == 0) {
    getpid();
  }
  fact("told %d, status %d, of it %d", told, told_status, told_of == child.pid);
  check(sigprocmask(SIG_BLOCK, &only, &before) == 0);
  child = begin(51);
  step("to be waited for by a signal");
  end(child);
  siginfo_t info;
  check(sigwaitinfo(&only, &info) == SIGCHLD);
  fact("code %d, status %d, of it %d", info.si_code, info.si_status, info.si_pid == child.pid);
  check(waitpid(child.pid, &status, WNOHANG) == child.pid);
  child = begin(52);
  end(child);
  check(waitid(P_PID, child.pid, &info, WEXITED | WNOWAIT) == 0);
  step("pending");
  check(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
  fact("told %d in all", told);
  check(wait(&status) == child.pid);
  check(sigaction(SIGCHLD, &old, NULL) == 0);
}

static void nobody_waits(void) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
  check(sigaction(SIGCHLD, &ignore, &old) == 0);
  struct waiting child = begin(60);
  step("not to be waited for");
  end(child);
  check_error(wait(NULL), ECHILD);
  for (int looks = 0; kill(child.pid, 0) == 0; looks++) {
    check(looks < 100000); /* it has an id a little longer than a parent */
    sched_yield();
  }
  check(errno == ESRCH);
  check(sigaction(SIGCHLD, &old, NULL) == 0);
}

static void on_alarm(int signal) { (void)signal; }

static void while_waiting(void) {
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    step("while the parent waits");
    _exit(70);
  }
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("the step's status %d", WEXITSTATUS(status));

  struct waiting other = begin(71);
  step("before an interrupted wait");
  struct sigaction handle = {.sa_handler = on_alarm}, old;
  check(sigaction(SIGALRM, &handle, &old) == 0);
  alarm(1);
  check_error(waitpid(other.pid, &status, 0), EINTR);
  check(sigaction(SIGALRM, &old, NULL) == 0);
  end(other);
  check(waitpid(other.pid, &status, 0) == other.pid);
}

static void orphans(void) {
  int ends[2];
  check(pipe(ends) == 0);
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    if (fork() == 0) {
      char own = 'o';
      _exit(write(ends[1], &own, 1) == 1 ? 0 : 1);
    }
    _exit(0);
  }
  int status;
  check(waitpid(child, &status, 0) == child);
  char byte;
  check(read(ends[0], &byte, 1) == 1);
  fact("an orphan says %c", byte);
  check(close(ends[0]) == 0 && close(ends[1]) == 0);
}

/* A child has no timer of its parent's, whatever its interval. */
static void timed(void) {
  struct itimerval fast = {.it_interval = {.tv_usec = 300}, .it_value = {.tv_usec = 300}}, none = {0};
  check(signal(SIGALRM, SIG_IGN) != SIG_ERR && setitimer(ITIMER_REAL, &fast, NULL) == 0);
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    struct itimerval own;
    int none_of_it = getitimer(ITIMER_REAL, &own) == 0 && own.it_value.tv_sec == 0 &&
                     own.it_value.tv_usec == 0 && own.it_interval.tv_usec == 0;
    _exit(none_of_it ? 80 : 81);
  }
  int status;
  check(waitpid(child, &status, 0) == child);
  fact("without a timer %d", WEXITSTATUS(status));
  check(setitimer(ITIMER_REAL, &none, NULL) == 0 && signal(SIGALRM, SIG_DFL) != SIG_ERR);
}

static void body(void) {
  step("childless");
  forked();
  killed();
  step("in between");
  spawned();
  lives_on();
  is_dead();
  several();
  signalled();
  nobody_waits();
  while_waiting();
  orphans();
  timed();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
