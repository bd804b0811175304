/*
 * How echo_server.c has a child serve its clients, which shares memory with it: the parent closes its
 * listener, and uses each descriptor that the child accepts a client by for something else. It goes
 * on until it gets SIGTERM, or the child ends, and is the last one to end.
 */
#ifndef WORKER_H
#define WORKER_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static int tellings[2] = {-1, -1}; /* from the child to its parent */
static int *common;                /* how many clients the parent has been told of */
static volatile pid_t worker;

static void end_worker(int signal) { kill(worker, signal); }

static int end_after_worker(void) {
  int status = -1;
  return waitpid(worker, &status, 0) == worker && WIFSIGNALED(status) ? 0 : 3;
}

/* For each client of the child: what has its descriptor in the parent is no connection. */
static int use_other_descriptors(void) {
  int other = open("/dev/null", O_RDWR), accepted;
  while (read(tellings[0], &accepted, sizeof accepted) == sizeof accepted) {
    if (dup2(other, accepted) != accepted || close(accepted) != 0) {
      return 3;
    }
    ++*common;
  }
  return end_after_worker();
}

/* Returns in the child only. */
static void serve_by_worker(int listener) {
  struct sigaction end = {.sa_handler = end_worker, .sa_flags = SA_RESTART};
  common = mmap(NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (common == MAP_FAILED || pipe(tellings) != 0) {
    perror("worker");
    exit(1);
  }
  worker = fork();
  if (worker == 0) {
    return;
  }
  if (worker < 0 || sigaction(SIGTERM, &end, NULL) != 0) {
    perror("fork");
    exit(1);
  }
  close(listener);
  close(tellings[1]);
  exit(use_other_descriptors());
}

/* The child has a client; returns when its parent knows. */
static void tell_parent(int accepted) {
  static int told;
  if (write(tellings[1], &accepted, sizeof accepted) != sizeof accepted) {
    perror("the parent");
    exit(1);
  }
  told++;
  while (*(volatile int *)common < told) {
    usleep(1000);
  }
}
#endif
