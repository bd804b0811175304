/* A System V segment that is removed while it is attached is there until its last detachment. */
#include <sys/shm.h>

#include "steps.h"

enum { SIZE = 10000, PAGE = 4096 };

static char *attach(int segment) {
  char *at = shmat(segment, NULL, 0);
  check(at != (void *)-1);
  return at;
}

static int make(char **at) {
  int segment = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
  check(segment >= 0);
  *at = attach(segment);
  return segment;
}

static void tell(int segment) {
  struct shmid_ds state;
  check(shmctl(segment, IPC_STAT, &state) == 0);
  fact("attached %d times, %d bytes, removed %d", (int)state.shm_nattch, (int)state.shm_segsz,
       (state.shm_perm.mode & SHM_DEST) != 0);
}

static void check_gone(int segment) {
  struct shmid_ds state;
  check_error(shmctl(segment, IPC_STAT, &state), EINVAL);
  check((long)shmat(segment, NULL, 0) == -1 && errno == EINVAL);
  check_error(shmctl(segment, IPC_RMID, NULL), EINVAL);
}

static void count(volatile int *counter) {
  for (int i = 0; i < 500; i++) {
    ++*counter;
    if (i % 50 == 0) {
      check(getppid() > 0);
    }
  }
}

static void detached_by_shmdt(void) {
  char *shared;
  int segment = make(&shared);
  strcpy(shared + SIZE - 4, "end");
  step("attached");
  check(shmctl(segment, IPC_RMID, NULL) == 0);
  tell(segment);
  step("removed");
  count((int *)shared);
  char *again = attach(segment);
  fact("count %d, %s", *(int *)again, again + SIZE - 4);
  tell(segment);
  step("attached again");
  count((int *)shared);
  count((int *)again);
  fact("count %d %d", *(int *)shared, *(int *)again);
  check(shmctl(segment, IPC_RMID, NULL) == 0);
  step("counted");
  count((int *)again);
  check(shmdt(shared) == 0);
  check_error(shmdt(shared), EINVAL);
  tell(segment);
  step("detached");
  fact("count %d, %s", *(int *)again, again + SIZE - 4);
  check(shmdt(again) == 0);
  check_gone(segment);
  step("gone");
}

/* Not by shmdt: unmapped, and replaced by something else. */
static void detached_otherwise(void) {
  char *shared;
  int segment = make(&shared);
  check(shmctl(segment, IPC_RMID, NULL) == 0);
  char *again = attach(segment);
  shared[0] = 'a';
  again[2 * PAGE] = 'c';
  check_error(shmdt(shared + PAGE), EINVAL);
  step("attached twice");
  fact("%c %c, again %c %c", shared[0], shared[2 * PAGE], again[0], again[2 * PAGE]);
  shared[2 * PAGE] = 'd';
  again[0] = 'b';
  step("stored");
  fact("%c %c, again %c %c", shared[0], shared[2 * PAGE], again[0], again[2 * PAGE]);
  check(munmap(again, SIZE) == 0);
  tell(segment);
  step("unmapped");
  fact("%c %c", shared[0], shared[2 * PAGE]);
  check(mmap(shared, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
        shared);
  check_gone(segment);
  step("replaced");
  check(munmap(shared, 3 * PAGE) == 0);
}

/* One has no such segment attached, and one is left to the end. */
static void others(void) {
  int segment = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
  check(segment >= 0);
  check(shmctl(segment, IPC_RMID, NULL) == 0);
  check_gone(segment);
  char *left;
  segment = make(&left);
  check(shmctl(segment, IPC_RMID, NULL) == 0);
  step("left");
  count((int *)left);
  fact("count %d", *(int *)left);
}

static void body(void) {
  detached_by_shmdt();
  detached_otherwise();
  others();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
