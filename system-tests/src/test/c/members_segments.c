/* Removed System V segments that a child has inherited, attached itself, or removed itself. */
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "steps.h"

enum { SIZE = 10000, STATUS = 7 };

/* The first one is removed before the child is there, the second one by the child. */
static int segments[2];
static int *counts[2];
static int *again;

static void tell(const char *name, int segment) {
  struct shmid_ds state;
  if (shmctl(segment, IPC_STAT, &state) != 0) {
    check(errno == EINVAL);
    fact("%s is gone", name);
    return;
  }
  fact("%s is attached %d times, removed %d", name, (int)state.shm_nattch,
       (state.shm_perm.mode & SHM_DEST) != 0);
}

/* What the child is asked for; it answers when that is done. */
static void obey(char asked) {
  switch (asked) {
    case 'r':
      check(shmctl(segments[1], IPC_RMID, NULL) == 0);
      break;
    case 'a':
      again = shmat(segments[0], NULL, 0);
      check(again != (void *)-1);
      ++*again;
      break;
    case 'd':
      check(shmdt(again) == 0);
      break;
    case 'D':
      check(shmdt(counts[0]) == 0);
      break;
    default:
      for (int i = 0; i < 2; i++) {
        ++*counts[i];
      }
      break;
  }
}

static void serve(int socket) {
  char asked;
  while (read(socket, &asked, 1) == 1) {
    obey(asked);
    if (write(socket, &asked, 1) != 1) {
      _exit(1);
    }
  }
  _exit(STATUS);
}

static void ask(int socket, char what) {
  char answer;
  check(write(socket, &what, 1) == 1);
  check(read(socket, &answer, 1) == 1);
  check(answer == what);
}

static void tell_all(void) {
  tell("the first", segments[0]);
  tell("the second", segments[1]);
}

static void body(void) {
  int pair[2];
  check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  for (int i = 0; i < 2; i++) {
    segments[i] = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    check(segments[i] >= 0);
    counts[i] = shmat(segments[i], NULL, 0);
    check(counts[i] != (void *)-1);
    *counts[i] = 100 * i;
  }
  check(shmctl(segments[0], IPC_RMID, NULL) == 0);
  step("alone");
  pid_t child = fork();
  check(child >= 0);
  if (child == 0) {
    close(pair[0]);
    serve(pair[1]);
  }
  check(close(pair[1]) == 0);
  tell_all();
  step("with a child");
  ask(pair[0], 'r');
  ask(pair[0], 'c');
  tell_all();
  step("both are removed");
  ask(pair[0], 'c');
  ask(pair[0], 'a');
  fact("counts %d %d", *counts[0], *counts[1]);
  tell_all();
  step("attached again");
  *counts[0] += 10;
  ask(pair[0], 'a');
  ask(pair[0], 'd');
  fact("counts %d %d", *counts[0], *counts[1]);
  tell_all();
  step("and again");
  check(shmdt(counts[0]) == 0);
  ask(pair[0], 'c');
  tell_all();
  step("detached by the parent");
  ask(pair[0], 'D');
  tell_all();
  step("detached by the child");
  check(close(pair[0]) == 0);
  int status;
  check(wait(&status) == child);
  fact("status %x, count %d", status, *counts[1]);
  tell_all();
  step("alone again");
  check(shmdt(counts[1]) == 0);
  tell_all();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
