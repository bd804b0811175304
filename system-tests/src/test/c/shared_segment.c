/* System V shared memory: what is stored reaches the segment, once. */
#include <sys/shm.h>

#include "steps.h"

enum { SIZE = 10000, COUNTS = 2000 };

static void body(void) {
  int segment = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
  check(segment >= 0);
  char *shared = shmat(segment, NULL, 0);
  check(shared != (void *)-1);
  memcpy(shared + SIZE - 4, "end", 3);
  step("attached");
  fact("%.3s", shared + SIZE - 4);
  volatile int *counter = (volatile int *)shared;
  for (int i = 0; i < COUNTS; i++) {
    ++*counter;
    if (i % 100 == 0) {
      check(getppid() > 0);
    }
  }
  step("counted");
  fact("count %d", *counter);
  struct shmid_ds state;
  check(shmctl(segment, IPC_STAT, &state) == 0);
  fact("attached %d times, %d bytes", (int)state.shm_nattch, (int)state.shm_segsz);
  check(shmdt(shared) == 0);
  step("detached");
  shared = shmat(segment, NULL, 0);
  check(shared != (void *)-1);
  fact("count %d, %.3s", *(int *)shared, shared + SIZE - 4);
  check(shmdt(shared) == 0);
  check_error(shmdt(shared), EINVAL);
  check(shmctl(segment, IPC_RMID, NULL) == 0);
  check((long)shmat(segment, NULL, 0) == -1 && (errno == EINVAL || errno == EIDRM));
  step("removed");
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
