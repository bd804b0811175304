/* Memory that was never set: what calls and signals left below the stack pointer, and on the heap. */
#include <signal.h>

#include "steps.h"

/* The part of the stack that earlier calls have used. */
__attribute__((noinline)) static void feed_dead_stack(void) {
  unsigned char dead[16384];
  __asm__ volatile("" : : "r"(dead) : "memory");
  feed(dead, sizeof dead);
}

__attribute__((noinline)) static void use_stack(int depth) {
  volatile char frame[512];
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  frame[depth] = (char)now.tv_nsec;
  frame[511] = frame[depth];
  if (depth > 0) {
    use_stack(depth - 1);
  }
}

static void nothing(int signal) { (void)signal; }

static void body(void) {
  feed_dead_stack();
  step("stack of the start");
  use_stack(20);
  feed_dead_stack();
  step("stack of calls");
  struct sigaction action = {.sa_handler = nothing};
  check(sigaction(SIGUSR1, &action, NULL) == 0);
  check(raise(SIGUSR1) == 0);
  feed_dead_stack();
  step("stack of a signal");
  for (int i = 0; i < 50; i++) {
    check(getppid() >= 0);
    char text[64];
    snprintf(text, sizeof text, "%d %f", getpid(), i / 7.0);
    feed_dead_stack();
  }
  step("stack of formatting");
  unsigned char *block = malloc(5000);
  __asm__ volatile("" : : "r"(block) : "memory");
  feed(block, 5000);
  free(block);
  char red_zone[8];
  __asm__ volatile("movq -8(%%rsp), %%rax\n\tmovq %%rax, %0"
                   : "=m"(red_zone)
                   :
                   : "rax", "memory");
  feed(red_zone, sizeof red_zone);
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
