/*
 * Calls made by machine code that keeps data below its stack pointer, on a stack of a few hundred
 * bytes: nothing but rax, rcx and r11 differs after a call, and nothing near the stack.
 */
#include <stddef.h>

#include "steps.h"

enum { STACK = 320, GUARD = 0x5a };

/* rbx rbp rdi rsi rdx r8 r9 r10 r12 r13 r14 r15, flags, rsp; then rax, and rcx and r11 together. */
struct state {
  uint64_t general[12];
  uint64_t flags;
  uint64_t stack;
  uint64_t result;
  uint64_t clobbered;
  unsigned char vectors[16][16];
  uint64_t red_zone[16];
};

/* What the machine code below works with. */
struct state wanted, found;
uint64_t caller_stack;

void call_getppid(void);
void call_clock(void);
void call_lseek(void);

/* Saves the caller's registers, loads all of `wanted`, makes the call, stores all to `found`. */
#define CALLER(name, before, behind)                                                         \
  __asm__(".text\n.globl " #name "\n" #name ":\n"                                            \
          "push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n pushfq\n"   \
          "mov %rsp, caller_stack(%rip)\n"                                                    \
          "movdqu wanted+128(%rip), %xmm0\n movdqu wanted+144(%rip), %xmm1\n"                  \
          "movdqu wanted+160(%rip), %xmm2\n movdqu wanted+352(%rip), %xmm14\n"                 \
          "movdqu wanted+368(%rip), %xmm15\n"                                                 \
          "mov wanted+104(%rip), %rsp\n"                                                      \
          "sub $8, %rsp\n mov wanted+96(%rip), %rax\n mov %rax, (%rsp)\n popfq\n"              \
          "mov wanted+384(%rip), %rax\n mov %rax, -8(%rsp)\n"                                 \
          "mov wanted+392(%rip), %rax\n mov %rax, -16(%rsp)\n"                                \
          "mov wanted+440(%rip), %rax\n mov %rax, -64(%rsp)\n"                                \
          "mov wanted+504(%rip), %rax\n mov %rax, -128(%rsp)\n"                               \
          "mov wanted(%rip), %rbx\n mov wanted+8(%rip), %rbp\n mov wanted+16(%rip), %rdi\n"    \
          "mov wanted+24(%rip), %rsi\n mov wanted+32(%rip), %rdx\n mov wanted+40(%rip), %r8\n" \
          "mov wanted+48(%rip), %r9\n mov wanted+56(%rip), %r10\n mov wanted+64(%rip), %r12\n" \
          "mov wanted+72(%rip), %r13\n mov wanted+80(%rip), %r14\n mov wanted+88(%rip), %r15\n" \
          before "\n syscall\n" behind "\n"                                                   \
          "mov %rax, found+112(%rip)\n"                                                       \
          "mov %rbx, found(%rip)\n mov %rbp, found+8(%rip)\n mov %rdi, found+16(%rip)\n"       \
          "mov %rsi, found+24(%rip)\n mov %rdx, found+32(%rip)\n mov %r8, found+40(%rip)\n"    \
          "mov %r9, found+48(%rip)\n mov %r10, found+56(%rip)\n mov %r12, found+64(%rip)\n"    \
          "mov %r13, found+72(%rip)\n mov %r14, found+80(%rip)\n mov %r15, found+88(%rip)\n"   \
          "mov %rsp, found+104(%rip)\n"                                                       \
          "lea (%rcx,%r11), %rax\n mov %rax, found+120(%rip)\n"                               \
          "mov -8(%rsp), %rax\n mov %rax, found+384(%rip)\n"                                  \
          "mov -16(%rsp), %rax\n mov %rax, found+392(%rip)\n"                                 \
          "mov -64(%rsp), %rax\n mov %rax, found+440(%rip)\n"                                 \
          "mov -128(%rsp), %rax\n mov %rax, found+504(%rip)\n"                                \
          "mov caller_stack(%rip), %rsp\n"                                                    \
          "pushfq\n pop %rax\n mov %rax, found+96(%rip)\n"                                     \
          "movdqu %xmm0, found+128(%rip)\n movdqu %xmm1, found+144(%rip)\n"                    \
          "movdqu %xmm2, found+160(%rip)\n movdqu %xmm14, found+352(%rip)\n"                   \
          "movdqu %xmm15, found+368(%rip)\n"                                                  \
          "popfq\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n ret\n")

/* The number before the call, and the test behind it, in the forms that are patched. */
CALLER(call_getppid, "mov $110, %eax", "");
CALLER(call_clock, "mov $228, %eax", "");
CALLER(call_lseek, "mov $8, %rax", "mov %rax, %r13");

_Static_assert(offsetof(struct state, vectors) == 128, "the machine code relies on it");
_Static_assert(offsetof(struct state, red_zone) == 384, "the machine code relies on it");

static unsigned char guarded[4096 + STACK + 4096];

static void prepare(uint64_t seed, uint64_t flags) {
  memset(&found, 0, sizeof found);
  memset(&wanted, 0, sizeof wanted);
  memset(guarded, GUARD, sizeof guarded);
  fill(wanted.general, sizeof wanted.general, seed);
  fill(wanted.red_zone, sizeof wanted.red_zone, seed + 1);
  static const int used[] = {0, 1, 2, 14, 15};
  for (int i = 0; i < 5; i++) {
    fill(wanted.vectors[used[i]], 16, seed + 2 + i);
  }
  for (int i = 0; i < 16; i++) {
    if (i != 0 && i != 1 && i != 7 && i != 15) {
      wanted.red_zone[i] = 0;
    }
  }
  wanted.flags = flags;
  wanted.stack = (uint64_t)(guarded + 4096 + STACK);
}

/* Everything is as it was; rcx and r11, which are the kernel's natively, only go to the hash. */
static const char *difference(void) {
  found.result = wanted.result;
  feed_value(found.clobbered);
  found.clobbered = 0;
  for (int i = 0; i < 12; i++) {
    if (found.general[i] != wanted.general[i]) {
      return "a general register";
    }
  }
  if (found.flags != wanted.flags) {
    return "the flags";
  }
  if (found.stack != wanted.stack) {
    return "the stack pointer";
  }
  if (memcmp(found.red_zone, wanted.red_zone, sizeof found.red_zone) != 0) {
    return "the red zone";
  }
  if (memcmp(found.vectors, wanted.vectors, sizeof found.vectors) != 0) {
    return "a vector register";
  }
  /* Below the stack is what was put there, above it nothing. */
  for (size_t i = 0; i < sizeof guarded; i++) {
    size_t below = (size_t)(4096 + STACK) - i;
    int own = i < 4096 + STACK && below <= 128;
    if (!own && guarded[i] != GUARD) {
      return "the memory about the stack";
    }
  }
  return "nothing";
}

static void calls(const char *name, void (*call)(void), uint64_t flags) {
  for (int i = 0; i < 4; i++) {
    struct timespec now = {0};
    prepare(i * 1000 + flags, flags);
    if (call == call_clock) {
      wanted.general[2] = CLOCK_MONOTONIC;
      wanted.general[3] = (uint64_t)&now;
    } else if (call == call_lseek) {
      wanted.general[2] = 9999;
    }
    call();
    long result = found.result;
    if (call == call_lseek) {
      check((long)found.general[9] == result);
      found.general[9] = wanted.general[9];
    }
    feed_value(result);
    feed(&now, sizeof now);
    fact("%s %llx %d: %s, differs: %s", name, (unsigned long long)flags, i,
         result > 0 ? "positive" : result == 0 ? "0" : strerrorname_np((int)-result), difference());
  }
}

static void body(void) {
  /* Carry, parity, adjust, zero, sign, direction, overflow; each alone, and together. */
  static const uint64_t flags[] = {0, 0x1, 0x4, 0x10, 0x40, 0x80, 0x400, 0x800, 0x8d5, 0xcd5};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    calls("getppid", call_getppid, 0x202 | flags[i]);
    calls("clock_gettime", call_clock, 0x202 | flags[i]);
    calls("lseek", call_lseek, 0x202 | flags[i]);
    step("flags");
  }
}

int main(int argc, char **argv) { return run_steps(argc, argv, body); }
