/* A grandchild answers the first process, also when its own parent has gone. */
#include "members.h"

enum { PAGE = 4096, SIZE = 96, REQUESTS = 3 };

/* What the processes of the tree say of themselves. */
struct shared {
  int answered;
  pid_t child;
  pid_t grandchild;
  int end_of_grandchild;
};

static struct shared *shared;
static int to_child[2], pair[2];

/* Where it comes from, as far as it is still there. */
static const char *parentage(void) { return getppid() == shared->child ? "of the child" : "alone"; }

static int serve(void *unused) {
  static int own;
  char line[SIZE], answer[SIZE + 64];
  (void)unused;
  shared->grandchild = getpid();
  check(close(pair[0]) == 0 && close(to_child[0]) == 0 && close(to_child[1]) == 0);
  while (read_line(pair[1], line, sizeof line)) {
    snprintf(answer, sizeof answer, "%d of %d, %s: %s", ++own, ++shared->answered, parentage(),
             line);
    write_line(pair[1], answer);
    if (strcmp(line, "end\n") == 0) {
      break;
    }
  }
  return 9;
}

/* Ends with the byte that it is sent; before that it waits for the grandchild if it is to. */
static int bear_another(void *unused) {
  char letter;
  (void)unused;
  shared->child = getpid();
  pid_t grandchild = bear(serve, NULL);
  check(close(pair[0]) == 0 && close(pair[1]) == 0 && close(to_child[1]) == 0);
  check(read(to_child[0], &letter, 1) == 1);
  if (letter == 'w') {
    shared->end_of_grandchild = end_of(grandchild);
    check(shared->grandchild == grandchild);
    check(read(to_child[0], &letter, 1) == 1);
  }
  return letter;
}

static void ask(const char *line) {
  char answer[SIZE + 64];
  shared->answered += 10;
  write_line(pair[0], line);
  check(read_line(pair[0], answer, sizeof answer));
  fact("%.*s", (int)strlen(answer) - 1, answer);
}

static void begin(void) {
  memset(shared, 0, sizeof *shared);
  check(pipe(to_child) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  step("alone");
  pid_t child = bear(bear_another, NULL);
  check(close(to_child[0]) == 0 && close(pair[1]) == 0);
  for (int i = 0; i < REQUESTS; i++) {
    ask("of three\n");
    step("answered");
  }
  fact("three processes: %d", shared->child == child && shared->grandchild != child &&
                                  shared->grandchild != getpid());
  check_error(waitpid(shared->grandchild, NULL, 0), ECHILD);
}

static void end(void) {
  char line[SIZE];
  check(!read_line(pair[0], line, sizeof line));
  check_error(waitpid(-1, NULL, 0), ECHILD);
  check(close(to_child[1]) == 0 && close(pair[0]) == 0);
}

static void child_ends_first(void) {
  begin();
  check(write(to_child[1], "x", 1) == 1);
  fact("the child ended with %d", end_of(shared->child));
  for (int i = 0; i < REQUESTS; i++) {
    ask("of two\n");
    step("answered without the child");
  }
  ask("end\n");
  end();
}

static void grandchild_ends_first(int by_kill) {
  begin();
  check(write(to_child[1], "w", 1) == 1);
  step("the child waits");
  if (by_kill) {
    check(kill(shared->grandchild, SIGKILL) == 0);
  } else {
    ask("end\n");
  }
  check(write(to_child[1], "y", 1) == 1);
  fact("the child ended with %d", end_of(shared->child));
  fact("the grandchild with %d", shared->end_of_grandchild);
  end();
}

static void body(void) {
  shared = share(PAGE);
  child_ends_first();
  grandchild_ends_first(0);
  grandchild_ends_first(1);
  check(munmap(shared, PAGE) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
