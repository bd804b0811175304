/*
 * Ignored signals, many a second, while a thread waits without a time-out, until another thread
 * gives it what it waits for: no EINTR, nothing lost, nothing twice.
 */
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>

#include "ignored_signals.h"
#include "threads.h"

static const char FILE_NAME[] = "interruptions.file", FIFO_NAME[] = "interruptions.fifo";

struct message {
  long type;
  char text[8];
};

/* What the wait is for, and the other end of it. */
static int wanted, other;

/* Waits by many calls: so this thread too is one that a signal of the process comes to. */
static void *give(void *giver) {
  struct timespec one = {.tv_nsec = 1000000};
  for (int i = 0; i < WAIT_MILLIS; i++) {
    check(nanosleep(&one, NULL) == 0);
  }
  ((void (*)(void))giver)();
  return NULL;
}

static pthread_t giver;

/* The calling thread is about to wait for what a function gives. */
static void given_by(void (*function)(void)) { giver = start(give, (void *)function); }

static void got(const char *what) {
  join(giver);
  fact("%s", what);
}

static void raise_semaphore(void) {
  struct sembuf up = {.sem_op = 1};
  check(semop(wanted, &up, 1) == 0);
}

static void send_message(void) {
  struct message message = {1, "message"};
  check(msgsnd(wanted, &message, sizeof message.text, 0) == 0);
}

static void receive_message(void) {
  struct message message;
  check(msgrcv(wanted, &message, sizeof message.text, 0, 0) == sizeof message.text);
  check(strcmp(message.text, "message") == 0);
}

static void queues(void) {
  struct sembuf down = {.sem_op = -1};
  wanted = semget(IPC_PRIVATE, 1, 0600);
  check(wanted >= 0);
  given_by(raise_semaphore);
  check(semop(wanted, &down, 1) == 0);
  got("semop");
  check(semctl(wanted, 0, IPC_RMID) == 0);
  wanted = msgget(IPC_PRIVATE, 0600);
  check(wanted >= 0);
  given_by(send_message);
  receive_message();
  got("msgrcv");
  struct msqid_ds room;
  check(msgctl(wanted, IPC_STAT, &room) == 0);
  room.msg_qbytes = sizeof(((struct message *)0)->text);
  check(msgctl(wanted, IPC_SET, &room) == 0);
  send_message();
  given_by(receive_message);
  send_message();
  got("msgsnd");
  receive_message();
  check(msgctl(wanted, IPC_RMID, NULL) == 0);
}

static void unlock_description(void) {
  struct flock none = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  check(fcntl(other, F_OFD_SETLK, &none) == 0);
}

static void unlock_file(void) { check(flock(other, LOCK_UN) == 0); }

static void write_file(void) { check(write(other, "x", 1) == 1); }

/* Two open files stand for two processes, as far as locks of the one and the other kind go. */
static void files(void) {
  wanted = open(FILE_NAME, O_RDWR | O_CREAT, 0600);
  other = open(FILE_NAME, O_RDWR);
  check(wanted >= 0 && other >= 0);
  static const int commands[] = {F_SETLKW, F_OFD_SETLKW};
  for (int i = 0; i < 2; i++) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    check(fcntl(other, F_OFD_SETLK, &lock) == 0);
    given_by(unlock_description);
    check(fcntl(wanted, commands[i], &lock) == 0);
    got(i == 0 ? "F_SETLKW" : "F_OFD_SETLKW");
    lock.l_type = F_UNLCK;
    check(fcntl(wanted, commands[i], &lock) == 0);
  }
  check(flock(other, LOCK_EX) == 0);
  given_by(unlock_file);
  check(flock(wanted, LOCK_EX) == 0);
  got("flock");
  int watch = inotify_init1(IN_CLOEXEC);
  check(watch >= 0 && inotify_add_watch(watch, FILE_NAME, IN_MODIFY) == 1);
  struct inotify_event event;
  given_by(write_file);
  check(read(watch, &event, sizeof event) == sizeof event && event.mask == IN_MODIFY);
  got("inotify");
  check(close(watch) == 0 && close(wanted) == 0 && close(other) == 0 && unlink(FILE_NAME) == 0);
}

static void open_writer(void) { other = open(FIFO_NAME, O_WRONLY); }

static void pipes(void) {
  int ends[2];
  char bytes[8];
  check(mkfifo(FIFO_NAME, 0600) == 0 && pipe(ends) == 0);
  given_by(open_writer);
  wanted = open(FIFO_NAME, O_RDONLY);
  check(wanted >= 0);
  got("open of a FIFO");
  check(other >= 0 && unlink(FIFO_NAME) == 0);
  given_by(write_file);
  check(splice(wanted, NULL, ends[1], NULL, sizeof bytes, 0) == 1);
  got("splice");
  check(read(ends[0], bytes, sizeof bytes) == 1 && bytes[0] == 'x');
  check(close(ends[0]) == 0 && close(ends[1]) == 0 && close(wanted) == 0 && close(other) == 0);
}

static void all(void) {
  step("queues");
  queues();
  step("files");
  files();
  step("pipes");
  pipes();
}

static void body(void) { under_ignored_signals(all); }

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
