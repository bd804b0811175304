/*
 * Threads that read and write files in calls that take long, while others want to run all the time:
 * such a call is interrupted, made again or gone on with, and others are recorded in between.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#include "threads.h"

/* A read may be asked for more than there is: it ends early then, as it does when it is interrupted. */
enum { BYTES = 300000, MORE = 1000, READERS = 3, READS = 150, RECORDS = 400 };

static int file, log_file;
static atomic_int reading;

static uint64_t hash_of(const char *bytes, size_t length) {
  uint64_t hash = 14695981039346656037ULL;
  for (size_t i = 0; i < length; i += 61) {
    hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211ULL;
  }
  return hash;
}

/* Whole files in one call, by the shared offset of a descriptor of its own, and without one. */
static void *reads(void *argument) {
  long reader = (long)argument;
  char *bytes = malloc(BYTES + MORE), path[64];
  uint64_t hash = 0;
  check(bytes != NULL);
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  int own = open(path, O_RDONLY);
  check(own >= 0);
  for (int i = 0; i < READS; i++) {
    if ((i + reader) % 2 == 0) {
      check(lseek(own, 0, SEEK_SET) == 0);
      check(read(own, bytes, BYTES + MORE) == BYTES);
    } else {
      check(pread(own, bytes, BYTES + i % MORE, 0) == BYTES);
    }
    hash = hash * 31 + hash_of(bytes, BYTES);
  }
  check(close(own) == 0);
  free(bytes);
  atomic_fetch_sub(&reading, 1);
  return (void *)hash;
}

/* Records of one log, each in one call. */
static void *writes(void *unused) {
  char record[3000];
  (void)unused;
  for (int i = 0; i < RECORDS; i++) {
    fill(record, sizeof record, i);
    check(write(log_file, record, sizeof record) == sizeof record);
  }
  return NULL;
}

/* Wakes all the time. */
static void *ticks(void *unused) {
  struct timespec pause = {0, 30000};
  (void)unused;
  while (atomic_load(&reading) > 0) {
    check(poll(NULL, 0, 0) == 0);
    check(clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL) == 0);
  }
  return NULL;
}

static void round_of_reads(const char *name) {
  pthread_t readers[READERS];
  check(ftruncate(log_file, 0) == 0);
  atomic_store(&reading, READERS);
  pthread_t ticker = start(ticks, NULL), writer = start(writes, NULL);
  for (long i = 0; i < READERS; i++) {
    readers[i] = start(reads, (void *)i);
  }
  step(name);
  for (int i = 0; i < READERS; i++) {
    fact("%s: reader %d has %016llx", name, i, (unsigned long long)(uint64_t)join(readers[i]));
  }
  join(writer);
  join(ticker);
  static char written[RECORDS * 3000 + 1];
  check(pread(log_file, written, sizeof written, 0) == sizeof written - 1);
  fact("%s: written %016llx", name, (unsigned long long)hash_of(written, sizeof written - 1));
}

static void body(void) {
  char *bytes = malloc(BYTES);
  file = memfd_create("read", 0);
  log_file = memfd_create("written", 0);
  check(file >= 0 && log_file >= 0 && bytes != NULL);
  check(fcntl(log_file, F_SETFL, O_APPEND) == 0);
  for (size_t i = 0; i < BYTES; i += 50000) {
    fill(bytes + i, 50000, i);
  }
  check(write(file, bytes, BYTES) == BYTES);
  free(bytes);
  round_of_reads("first");
  round_of_reads("second");
  check(close(file) == 0 && close(log_file) == 0);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
