/* A child that shares memory with its parent, and answers it over steps; then it ends. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "steps.h"

enum { ROUNDS = 4, STATUS = 7 };

/* What the child tells: its own count, which no other process has, and the common one. */
struct answer {
  int own;
  int common;
  int knows_itself;
};

static int *shared;

static void serve(int socket, pid_t parent) {
  static int own;
  char asked;
  while (read(socket, &asked, 1) == 1) {
    shared[0]++;
    struct answer answer = {++own, shared[0], getpid() == shared[1] && getppid() == parent};
    if (write(socket, &answer, sizeof answer) != sizeof answer) {
      _exit(1);
    }
  }
  _exit(STATUS);
}

static void body(void) {
  int pair[2];
  shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(shared != MAP_FAILED);
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  step("alone");
  pid_t parent = getpid();
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    close(pair[0]);
    serve(pair[1], parent);
  }
  shared[1] = child;
  check(close(pair[1]) == 0);
  for (int round = 0; round < ROUNDS; round++) {
    shared[0] += 10;
    check(write(pair[0], "?", 1) == 1);
    struct answer answer;
    check(read(pair[0], &answer, sizeof answer) == sizeof answer);
    fact("own %d, common %d, knows itself %d", answer.own, answer.common, answer.knows_itself);
    step("with a child");
  }
  check(close(pair[0]) == 0);
  int status;
  check(wait(&status) == child);
  fact("status %x", status);
  step("alone again");
  check(munmap(shared, 4096) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
