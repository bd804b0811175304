/* Faults of the program's own: SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP; alternate stack. */
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

#include "steps.h"

static sigjmp_buf back;
static volatile sig_atomic_t came;
static siginfo_t last;
static char alternate[65536];
static volatile int on_alternate;

static void jump_back(int signal, siginfo_t *info, void *context) {
  (void)context;
  char here;
  on_alternate = &here >= alternate && &here < alternate + sizeof alternate;
  last = *info;
  came = signal;
  siglongjmp(back, 1);
}

/* Steps over the two bytes of the instruction that faulted. */
static void step_over(int signal, siginfo_t *info, void *context) {
  (void)info;
  came = signal;
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
  check(sigaction(signal, &action, NULL) == 0);
}

static void *volatile low_address = (void *)24;

static void bad_address(void) {
  came = 0;
  if (sigsetjmp(back, 1) == 0) {
    *(volatile int *)low_address = 1;
  }
  fact("SIGSEGV %d code %d address %p", came == SIGSEGV, last.si_code, last.si_addr);
  char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  came = 0;
  if (sigsetjmp(back, 1) == 0) {
    *(volatile char *)(page + 5) = 1;
  }
  feed(&last, sizeof last);
  fact("write to read-only %d code %d right address %s", came == SIGSEGV, last.si_code,
       last.si_addr == page + 5 ? "yes" : "no");
  check(munmap(page, 4096) == 0);
}

static void beyond_the_file(void) {
  int file = open("short", O_RDWR | O_CREAT | O_TRUNC, 0600);
  char *map = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, file, 0);
  check(map != MAP_FAILED);
  came = 0;
  if (sigsetjmp(back, 1) == 0) {
    feed_value(*(volatile char *)(map + 4096));
  }
  fact("SIGBUS %d code %d", came == SIGBUS, last.si_code);
  check(munmap(map, 8192) == 0 && close(file) == 0 && unlink("short") == 0);
}

static void arithmetic(void) {
  volatile int zero = 0;
  came = 0;
  if (sigsetjmp(back, 1) == 0) {
    feed_value(100 / zero);
  }
  fact("SIGFPE %d code %d", came == SIGFPE, last.si_code);
  handle(SIGILL, step_over, 0);
  came = 0;
  __asm__ volatile("ud2");
  fact("SIGILL %d stepped over", came == SIGILL);
  handle(SIGTRAP, jump_back, 0);
  came = 0;
  if (sigsetjmp(back, 1) == 0) {
    __asm__ volatile("int3");
  }
  fact("SIGTRAP %d code %d", came == SIGTRAP, last.si_code);
}

static int recurse(int level) {
  volatile char frame[4096];
  frame[0] = (char)level;
  if (level < 0) {
    return 0;
  }
  return recurse(level + 1) + frame[0];
}

static void overflow(void) {
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate}, shown;
  check(sigaltstack(&stack, NULL) == 0);
  step("alternate stack set");
  check(sigaltstack(NULL, &shown) == 0);
  fact("shown: %s flags %d", shown.ss_sp == alternate && shown.ss_size == sizeof alternate ? "yes" : "no",
       shown.ss_flags);
  handle(SIGSEGV, jump_back, SA_ONSTACK);
  came = 0;
  if (sigsetjmp(back, 1) == 0) {
    feed_value(recurse(0));
  }
  fact("stack overflow %d on the alternate stack %d", came == SIGSEGV, on_alternate);
  stack.ss_flags = SS_DISABLE;
  check(sigaltstack(&stack, NULL) == 0);
  check(sigaltstack(NULL, &shown) == 0);
  fact("flags %d", shown.ss_flags);
}

static void body(void) {
  handle(SIGSEGV, jump_back, 0);
  handle(SIGBUS, jump_back, 0);
  handle(SIGFPE, jump_back, 0);
  bad_address();
  step("bad addresses");
  beyond_the_file();
  arithmetic();
  overflow();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
