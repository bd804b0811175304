/*
 * The stub: mapped into every process of a member, the only place where system calls run
 * unintercepted. Freestanding, position independent, linked at address 0 to a flat blob whose first
 * page is this text. The page behind it is data: byte 0 is the selector of Syscall User Dispatch,
 * from StubLayout.SCRATCH on there is room for arguments of injected calls.
 *
 * Entry points stand at fixed offsets (stub.h; StubLayout.java has the same and a test compares
 * them with the blob). None of the first two touches the stack: the thread that is sent there has
 * live data below its stack pointer, and its copy in a replica must be the same to the byte.
 */
#include "stub.h"

#define STRING(x) #x
#define VALUE(x) STRING(x)

asm(".section .text.start,\"ax\",@progbits\n"
    ".globl _start\n"
    "_start:\n"
    /* STUB_EXECUTE: one call with the registers as they are; the trap hands the result over. */
    "  syscall\n"
    "  int3\n"
    "  .org " VALUE(STUB_BIRTH) "\n"
    /* STUB_BIRTH: a clone; the parent traps, the newborn waits for its own tracer. */
    "  syscall\n"
    "  test %rax,%rax\n"
    "  jz 1f\n"
    "  int3\n"
    "1: mov $157,%eax\n" /* prctl(PR_SET_PDEATHSIG, SIGKILL): not to be left over */
    "  mov $1,%edi\n"
    "  mov $9,%esi\n"
    "  syscall\n"
    "2: mov $34,%eax\n" /* pause() */
    "  syscall\n"
    "  jmp 2b\n"
    "  .org " VALUE(STUB_RDTSC) "\n"
    "  jmp read_time_stamp_counter\n"
    "  .org " VALUE(STUB_CPUID) "\n"
    "  jmp read_cpuid\n"
    "  .org " VALUE(STUB_TEXT) "\n");

/* Called in the daemon, not in a member: what the primary would have read. */
__attribute__((used)) static unsigned long read_time_stamp_counter(void) {
  unsigned low, high, core;
  asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(core));
  return (unsigned long)high << 32 | low;
}

/* Leaf in the low, subleaf in the high half of the first argument; eax, ebx, ecx, edx to out. */
__attribute__((used)) static void read_cpuid(unsigned long leaves, unsigned *out) {
  asm volatile("cpuid"
               : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
               : "a"((unsigned)leaves), "c"((unsigned)(leaves >> 32)));
}
