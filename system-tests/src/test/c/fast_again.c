/*
 * Makes the same calls in each step, from code that was changed, or came back, in between. Argument
 * 2: a library to load and unload.
 */
#include <dlfcn.h>

#include "steps.h"

enum { PAGE = 4096, CALLS = 500, ROUNDS = 3 };

__attribute__((noinline, aligned(4096))) static long own_call(void) {
  long result;
  __asm__ volatile("mov $8, %%eax\n syscall"
                   : "=a"(result)
                   : "D"(9999L), "S"(0L), "d"(0L)
                   : "rcx", "r11", "memory", "cc");
  return result;
}

static void change_text(int writable) {
  unsigned char *page = (unsigned char *)((uintptr_t)own_call & -PAGE);
  check(mprotect(page, PAGE, PROT_READ | (writable ? PROT_WRITE : PROT_EXEC)) == 0);
}

static void call_own(void) {
  for (int i = 0; i < CALLS; i++) check(own_call() == -EBADF);
}

static void call_library(const char *library) {
  void *handle = dlopen(library, RTLD_NOW);
  check(handle != NULL);
  long (*seek)(int) = (long (*)(int))dlsym(handle, "seek_nowhere");
  check(seek != NULL);
  for (int i = 0; i < CALLS; i++) check(seek(9999) == -EBADF);
  check(dlclose(handle) == 0);
}

static const char *library;

static void body(void) {
  step("begin");
  call_own();
  step("own text");
  for (int i = 0; i < ROUNDS; i++) {
    change_text(1);
    change_text(0);
    call_own();
    step("own text, changed");
    call_library(library);
    step("library");
  }
}

int main(int argc, char **argv) {
  library = argc > 2 ? argv[2] : "";
  return run_steps(argc, argv, body);
}
