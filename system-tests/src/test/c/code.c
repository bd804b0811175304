/*
 * Code with calls that changes, moves and goes away: what is executed and what is read there is
 * always what the program put there. Argument 2, if there is one: a library to load and unload.
 */
#include <dlfcn.h>

#include "steps.h"

enum { PAGE = 4096, CALLS = 4 };

static const char *library;

/* mov $NR,%eax; syscall; ret */
static void emit(unsigned char *at, int number) {
  unsigned char code[] = {0xb8, (unsigned char)number, (unsigned char)(number >> 8), 0, 0,
                          0x0f, 0x05, 0xc3};
  memcpy(at, code, sizeof code);
}

/* syscall; cmp $-4095,%rax; ret */
static void emit_test(unsigned char *at) {
  static const unsigned char code[] = {0x0f, 0x05, 0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff, 0xc3};
  memcpy(at, code, sizeof code);
}

static long execute(unsigned char *at, long number) {
  long result;
  __asm__ volatile("call *%1"
                   : "=a"(result)
                   : "r"(at), "a"(number), "D"(9999L), "S"(0L), "d"(0L)
                   : "rcx", "r11", "memory", "cc");
  return result;
}

static void call_often(unsigned char *at, long number, long expected) {
  for (int i = 0; i < CALLS; i++) {
    check(execute(at, number) == expected);
  }
}

static unsigned char *pages(void *where, int protection) {
  int fixed = where != NULL ? MAP_FIXED : 0;
  unsigned char *memory =
      mmap(where, 2 * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);
  check(memory != MAP_FAILED);
  return memory;
}

static void changed(void) {
  unsigned char *memory = pages(NULL, PROT_READ | PROT_WRITE), copy[PAGE];
  memset(memory, 0xcc, PAGE);
  emit(memory + 10, SYS_lseek);
  emit_test(memory + 100);
  memcpy(copy, memory, PAGE);
  check(mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0);
  for (int i = 0; i < 3; i++) {
    call_often(memory + 10, 0, -EBADF);
    call_often(memory + 100, SYS_lseek, -EBADF);
    step("executed");
    check(mprotect(memory, PAGE, PROT_READ | PROT_WRITE) == 0);
    fact("as written: %s", memcmp(memory, copy, PAGE) == 0 ? "yes" : "no");
    check(mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0);
  }
  check(mprotect(memory, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
  call_often(memory + 10, 0, -EBADF);
  emit(memory + 10, SYS_getppid);
  call_often(memory + 10, 0, getppid());
  call_often(memory + 100, SYS_getppid, getppid());
  check(mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0);
  call_often(memory + 10, 0, getppid());
  step("rewritten");
  /* Other code over it. */
  check(pages(memory, PROT_READ | PROT_WRITE) == memory);
  emit(memory + 13, SYS_lseek);
  emit(memory + 101, SYS_fcntl);
  check(mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0);
  call_often(memory + 13, 0, -EBADF);
  call_often(memory + 101, 0, -EBADF);
  step("mapped over");
  check(munmap(memory, 2 * PAGE) == 0);
  check(pages(memory, PROT_READ | PROT_WRITE) == memory);
  emit_test(memory + 10);
  check(mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0);
  call_often(memory + 10, SYS_lseek, -EBADF);
  call_often(memory + 10, SYS_getppid, getppid());
  step("mapped again");
  check(munmap(memory, 2 * PAGE) == 0);
}

/* Code that is written while it may be executed is the program's, whatever was called there before. */
static void overwritten(void) {
  unsigned char *memory = pages(NULL, PROT_READ | PROT_WRITE | PROT_EXEC), copy[PAGE];
  emit(memory + 10, SYS_lseek);
  call_often(memory + 10, 0, -EBADF);
  emit(memory + 10, SYS_getppid);
  memcpy(copy, memory, PAGE);
  check(mprotect(memory, PAGE, PROT_READ | PROT_WRITE) == 0);
  fact("as overwritten: %s", memcmp(memory, copy, PAGE) == 0 ? "yes" : "no");
  check(mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0);
  call_often(memory + 10, 0, getppid());
  step("overwritten");
  call_often(memory + 10, 0, getppid());
  check(mprotect(memory, PAGE, PROT_NONE) == 0);
  check(mprotect(memory, PAGE, PROT_READ | PROT_WRITE) == 0);
  fact("as hidden: %s", memcmp(memory, copy, PAGE) == 0 ? "yes" : "no");
  check(munmap(memory, 2 * PAGE) == 0);
}

/* Of code that may be written and executed, one byte is written, and all are read. */
static void renumbered(void) {
  unsigned char *memory = pages(NULL, PROT_READ | PROT_WRITE | PROT_EXEC), expected[8];
  emit(memory + 10, SYS_lseek);
  call_often(memory + 10, 0, -EBADF);
  emit(expected, SYS_lseek);
  fact("as emitted: %s", memcmp(memory + 10, expected, sizeof expected) == 0 ? "yes" : "no");
  memory[11] = SYS_getppid;
  call_often(memory + 10, 0, getppid());
  step("renumbered");
  call_often(memory + 10, 0, getppid());
  check(mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0);
  call_often(memory + 10, 0, getppid());
  step("fixed");
  call_often(memory + 10, 0, getppid());
  check(munmap(memory, 2 * PAGE) == 0);
}

/* Code in a mapping of which there can be no private copy. */
static void shared(void) {
  unsigned char code[PAGE];
  memset(code, 0xcc, sizeof code);
  emit(code + 10, SYS_lseek);
  emit_test(code + 100);
  int file = memfd_create("code", MFD_CLOEXEC);
  check(file >= 0 && write(file, code, sizeof code) == sizeof code);
  char path[40];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  int readable = open(path, O_RDONLY | O_CLOEXEC);
  check(readable >= 0 && close(file) == 0);
  unsigned char *memory = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, readable, 0);
  check(memory != MAP_FAILED && close(readable) == 0);
  for (int i = 0; i < 2; i++) {
    call_often(memory + 10, 0, -EBADF);
    call_often(memory + 100, SYS_getppid, getppid());
    step("shared");
  }
  fact("shared as written: %s", memcmp(memory, code, PAGE) == 0 ? "yes" : "no");
  check(munmap(memory, PAGE) == 0);
}

/* Calls change whole pages, whatever length they are given. */
static void moved(void) {
  enum { ALL = 16 };
  unsigned char *room = mmap(NULL, ALL * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(room != MAP_FAILED);
  unsigned char *memory = pages(room, PROT_READ | PROT_WRITE), *to = room + 8 * PAGE;
  for (int page = 0; page < 2; page++) {
    emit(memory + page * PAGE + 10, SYS_lseek);
    emit_test(memory + page * PAGE + 200);
  }
  check(mprotect(memory, 2 * PAGE, PROT_READ | PROT_EXEC) == 0);
  for (int i = 0; i < 3; i++) {
    for (int page = 0; page < 2; page++) {
      call_often(memory + page * PAGE + 10, 0, -EBADF);
      call_often(memory + page * PAGE + 200, SYS_lseek, -EBADF);
    }
    step("to be moved");
    unsigned char *target = to + i * 2 * PAGE;
    check_error((intptr_t)mremap(memory, PAGE, PAGE, MREMAP_FIXED, target), EINVAL);
    check_error(
        (intptr_t)mremap(memory, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, memory + PAGE),
        EINVAL);
    check(mremap(memory, PAGE + 100, PAGE + 100, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target);
    check(munmap(memory, 2 * PAGE) == 0);
    memory = target;
  }
  call_often(memory + PAGE + 200, SYS_getppid, getppid());
  check(mprotect(memory, 100, PROT_READ | PROT_WRITE) == 0);
  unsigned char unpatched[8];
  emit(unpatched, SYS_lseek);
  fact("as moved: %s", memcmp(memory + 10, unpatched, sizeof unpatched) == 0 ? "yes" : "no");
  check(munmap(room, ALL * PAGE) == 0);
}

/* The program's own text. */
__attribute__((noinline, aligned(4096))) static long own_call(void) {
  long result;
  __asm__ volatile("mov $8, %%eax\n syscall" : "=a"(result) : "D"(9999L), "S"(0L), "d"(0L)
                   : "rcx", "r11", "memory", "cc");
  return result;
}

static void own_text(void) {
  unsigned char *page = (unsigned char *)((uintptr_t)own_call & -PAGE), before[64];
  memcpy(before, (void *)own_call, sizeof before);
  for (int i = 0; i < 3; i++) {
    for (int call = 0; call < CALLS; call++) {
      check(own_call() == -EBADF);
    }
    check(mprotect(page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
    fact("own text: %s",
         memcmp(before, (void *)own_call, sizeof before) == 0 ? "as it was" : "changed");
    check(own_call() == -EBADF);
    check(mprotect(page, PAGE, PROT_READ | PROT_EXEC) == 0);
    step("own text");
  }
}

static void loaded(void) {
  for (int i = 0; i < 3; i++) {
    void *handle = dlopen(library, RTLD_NOW);
    if (handle == NULL) {
      fact("FAILED %s", dlerror());
      _exit(76);
    }
    long (*seek)(int) = (long (*)(int))dlsym(handle, "seek_nowhere");
    check(seek != NULL);
    for (int call = 0; call < CALLS; call++) {
      check(seek(9999) == -EBADF);
    }
    step("loaded");
    check(seek(9999) == -EBADF);
    check(dlclose(handle) == 0);
    step("unloaded");
  }
}

static void body(void) {
  step("begin");
  changed();
  overwritten();
  renumbered();
  shared();
  moved();
  own_text();
  if (library != NULL) {
    loaded();
  }
}

int main(int argc, char **argv) {
  library = argc > 2 ? argv[2] : NULL;
  return run_steps(argc, argv, body);
}
