/*
 * Calls that the program makes by its own code, far away from any library: what stands around a
 * call's instruction differs, what the call does must not. And more places that call than one room
 * for trampolines has room for.
 */
#include "steps.h"

enum { PAGE = 4096, CALLS = 500, FEW = 10, PLACES = 1300, PLACE_BYTES = 16 };

#define CLOBBERED "rcx", "r11", "memory", "cc"

/* mov $NR,%eax; syscall */
__attribute__((noinline)) static long number_before(long descriptor) {
  long result;
  __asm__ volatile("mov $8, %%eax\n syscall"
                   : "=a"(result)
                   : "D"(descriptor), "S"(0L), "d"(SEEK_CUR)
                   : CLOBBERED);
  return result;
}

/* mov $NR,%rax; syscall */
__attribute__((noinline)) static long wide_number_before(long descriptor) {
  long result;
  __asm__ volatile("movq $8, %%rax\n syscall"
                   : "=a"(result)
                   : "D"(descriptor), "S"(0L), "d"(SEEK_CUR)
                   : CLOBBERED);
  return result;
}

/* syscall; cmp $-4095,%rax; jae: as Go has it */
__attribute__((noinline)) static long test_behind(long number, long first, const void *second,
                                                  long third) {
  long result;
  __asm__ volatile(
      "syscall\n cmp $-4095, %%rax\n jae 1f\n jmp 2f\n"
      "1: neg %%rax\n neg %%rax\n2:"
      : "=a"(result)
      : "a"(number), "D"(first), "S"(second), "d"(third)
      : CLOBBERED);
  return result;
}

/* syscall; mov %eax,%edx; cmp $-38,%eax: two instructions, and flags that count behind them */
__attribute__((noinline)) static int flags_behind(long number) {
  int result, missing;
  __asm__ volatile("syscall\n mov %%eax, %%edx\n cmp $-38, %%eax\n sete %%al\n movzbl %%al, %%eax"
                   : "=a"(missing), "=d"(result)
                   : "a"(number), "D"(9999L), "S"(0L), "d"(0L)
                   : CLOBBERED);
  return missing ? -ENOSYS : result;
}

/* syscall; ret, and padding */
__asm__(".p2align 4\n"
        "return_behind: mov %rdi, %rax\n mov %rsi, %rdi\n xor %esi, %esi\n xor %edx, %edx\n"
        "  syscall\n ret\n"
        ".p2align 4\n"
        /* syscall; jmp */
        "jump_behind: mov %rdi, %rax\n mov %rsi, %rdi\n xor %esi, %esi\n xor %edx, %edx\n"
        "  syscall\n jmp far_away\n"
        ".skip 300, 0xcc\n"
        "far_away: ret\n"
        ".p2align 4\n"
        /* syscall; jnc: a branch that follows at once cannot be displaced */
        "branch_behind: mov %rdi, %rax\n mov %rsi, %rdi\n xor %esi, %esi\n xor %edx, %edx\n"
        "  syscall\n jnc 1f\n ud2\n 1: ret\n");
extern long return_behind(long number, long first), jump_behind(long number, long first),
    branch_behind(long number, long first);

/* syscall; mov %eax,8(%rsp): the stack must be the program's again */
__attribute__((noinline)) static long stack_behind(long number) {
  long result;
  __asm__ volatile(
      "sub $152, %%rsp\n movq $-1, 8(%%rsp)\n syscall\n mov %%rax, 8(%%rsp)\n"
      "xor %%eax, %%eax\n mov 8(%%rsp), %%rax\n add $152, %%rsp"
      : "=a"(result)
      : "a"(number), "D"(9999L), "S"(0L), "d"(0L)
      : CLOBBERED);
  return result;
}

static void forms(void) {
  int file = memfd_create("sites", MFD_CLOEXEC);
  check(file >= 0);
  char text[16], copy[16];
  for (int i = 0; i < CALLS; i++) {
    snprintf(text, sizeof text, "line %9d\n", i);
    check(test_behind(SYS_write, file, text, 15) == 15);
    check(test_behind(SYS_write, 9999, text, 15) == -EBADF);
    check(number_before(file) == (i + 1) * 15L);
    check(wide_number_before(file) == (i + 1) * 15L);
    check(number_before(9999) == -EBADF);
    check(flags_behind(SYS_lseek) == -EBADF);
    check(return_behind(SYS_getppid, 0) == getppid());
    check(return_behind(SYS_lseek, 9999) == -EBADF);
    check(jump_behind(SYS_lseek, 9999) == -EBADF);
    check(stack_behind(SYS_lseek) == -EBADF);
    check(lseek(file, i * 15L, SEEK_SET) == i * 15L);
    check(test_behind(SYS_read, file, copy, 15) == 15);
    check(memcmp(text, copy, 15) == 0);
    feed(copy, 15);
  }
  for (int i = 0; i < FEW; i++) {
    check(branch_behind(SYS_lseek, 9999) == -EBADF);
  }
  fact("%ld bytes", (long)lseek(file, 0, SEEK_CUR));
  check(close(file) == 0);
}

/* In each place: mov $NR,%eax; syscall; ret. */
static void many(void) {
  static const unsigned char place[PLACE_BYTES] = {0xb8, SYS_lseek, 0, 0, 0, 0x0f, 0x05, 0xc3};
  size_t bytes = (PLACES * PLACE_BYTES + PAGE - 1) & -PAGE;
  unsigned char *code =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  check(code != MAP_FAILED);
  for (int i = 0; i < PLACES; i++) {
    memcpy(code + i * PLACE_BYTES, place, sizeof place);
  }
  check(mprotect(code, bytes, PROT_READ | PROT_EXEC) == 0);
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < PLACES; i++) {
      long (*seek)(long, long, long) = (long (*)(long, long, long))(code + i * PLACE_BYTES);
      check(seek(9999, 0, 0) == -EBADF);
    }
    step("called from many places");
  }
  check(munmap(code, bytes) == 0);
}

static void body(void) {
  forms();
  step("all forms");
  forms();
  step("all forms again");
  many();
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
