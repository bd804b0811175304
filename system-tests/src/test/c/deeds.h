/*
 * What a server may do beside serving, for echo_server.c: threads that come and go, time stamps that
 * it reads by itself, and handlers of its own for SIGSYS, SIGTRAP and SIGSEGV, which it needs. Whatever
 * does not come out as it should ends the process with status 3.
 */
#ifndef DEEDS_H
#define DEEDS_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static void demand(int right, const char *what) {
  if (right) return;
  dprintf(STDERR_FILENO, "FAILED: %s\n", what);
  _exit(3);
}

static void *come_and_go(void *argument) {
  demand(write(*(int *)argument, "x", 1) == 1, "the thread writes");
  return NULL;
}

static int never[2];

static void *wait_for_ever(void *argument) {
  char byte;
  come_and_go(argument);
  demand(read(never[0], &byte, 1) < 0, "nothing comes");
  return NULL;
}

/* A thread is born, makes a call and ends, while another one waits in a call. */
static void make_threads(void) {
  static int ends[2] = {-1, -1};
  static pthread_t waiting;
  char byte;
  if (ends[0] < 0) {
    demand(pipe(ends) == 0 && pipe(never) == 0, "pipes");
    demand(pthread_create(&waiting, NULL, wait_for_ever, &ends[1]) == 0, "born");
    demand(read(ends[0], &byte, 1) == 1, "the first thread's byte");
  }
  pthread_t thread;
  demand(pthread_create(&thread, NULL, come_and_go, &ends[1]) == 0, "a thread is born");
  demand(read(ends[0], &byte, 1) == 1 && byte == 'x', "the thread's byte");
  demand(pthread_join(thread, NULL) == 0, "the thread ends");
}

static unsigned long time_stamp(void) {
  unsigned low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (unsigned long)high << 32 | low;
}

static void read_time_stamps(void) {
  unsigned a = 0, b, c = 0, d;
  unsigned long before = time_stamp();
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  demand(a != 0 && (b | c | d) != 0, "cpuid says something");
  demand(time_stamp() > before, "time goes on");
}

static volatile sig_atomic_t handled[65];
static volatile unsigned *page;
static sigjmp_buf back;
static volatile int jumps;

/* Repairs what was wrong with the page, or leaves the place where it is. */
static void on_fault(int number, siginfo_t *info, void *context) {
  demand(number == SIGSEGV && info->si_signo == SIGSEGV, "the fault's number");
  demand(info->si_addr == (void *)page, "the fault's address");
  demand(((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] & 2, "a write");
  handled[number]++;
  if (jumps) siglongjmp(back, 1);
  demand(mprotect((void *)page, 4096, PROT_READ | PROT_WRITE) == 0, "the page is repaired");
}

static void on_raised(int number, siginfo_t *info, void *context) {
  sigset_t blocked;
  char local;
  (void)context;
  demand(info->si_signo == number, "the signal's number");
  demand(sigprocmask(SIG_SETMASK, NULL, &blocked) == 0, "the mask");
  demand(sigismember(&blocked, number) == 1, "the signal is blocked in its handler");
  demand(sigismember(&blocked, SIGUSR2) == 1, "what the handler's mask says is blocked");
  stack_t stack;
  demand(sigaltstack(NULL, &stack) == 0, "the stack");
  int inside = (char *)stack.ss_sp <= &local && &local < (char *)stack.ss_sp + stack.ss_size;
  demand(inside == (number == SIGSYS), "on the stack that was asked for");
  handled[number]++;
}

/* What ftrun held when it died is lost: that may happen once. */
static void once(int number) {
  static int lost;
  int before = handled[number];
  demand(raise(number) == 0, "raise");
  if (handled[number] == before) demand(++lost == 1 && raise(number) == 0, "another is lost");
  demand(handled[number] == before + 1, "the handler of a raised signal has run");
}

static void handle_faults(void) {
  static char stack[65536];
  struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
  page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  demand(page != MAP_FAILED && sigaction(SIGSEGV, &action, NULL) == 0, "SIGSEGV");
  demand(sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL) == 0, "stack");
  action.sa_sigaction = on_raised;
  sigaddset(&action.sa_mask, SIGUSR2);
  demand(sigaction(SIGTRAP, &action, NULL) == 0, "SIGTRAP");
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  demand(sigaction(SIGSYS, &action, NULL) == 0, "SIGSYS");
}

/* All of it is what such programs do: repair a page, leave a fault, break, raise. */
static void use_faults(void) {
  static unsigned rounds;
  int before = handled[SIGSEGV], traps = handled[SIGTRAP];
  jumps = 0;
  *page = ++rounds;
  demand(*page == rounds && handled[SIGSEGV] == before + 1, "the page is written to");
  demand(mprotect((void *)page, 4096, PROT_READ) == 0, "the page is protected");
  jumps = 1;
  if (sigsetjmp(back, 1) == 0) {
    *page = rounds + 1;
    demand(0, "the protected page was written to");
  }
  demand(*page == rounds && handled[SIGSEGV] == before + 2, "the fault was left");
  register unsigned long kept __asm__("r12") = rounds;
  __asm__ volatile("int3" : "+r"(kept));
  demand(kept == rounds && handled[SIGTRAP] == traps + 1, "the breakpoint was met");
  once(SIGSYS);
  once(SIGTRAP);
}
#endif
