/*
 * The stub: mapped into every process of a member, the only place where system calls run
 * unintercepted. Freestanding, position independent, linked at address 0 to a flat blob. Nothing in
 * it may touch a vector register, the application's stack or its thread pointer.
 *
 * Entry points stand at fixed offsets (stub.h; StubLayout.java has the same and a test compares
 * them with the blob). EXECUTE and BIRTH do not touch the stack: the thread that is sent there has
 * live data below its stack pointer, and its copy in a replica must be the same to the byte. ENTER,
 * the fast path, is called by trampolines, which have switched to the thread's own stack.
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
    /* prctl(PR_SET_PDEATHSIG, SIGKILL): not to be left over. The daemon, named by r9, may be dead by now. */
    "1: lea 1(%rax),%edi\n"
    "  lea 9(%rax),%esi\n"
    "  mov $157,%eax\n"
    "  syscall\n"
    "  lea 110(%rax),%eax\n" /* getppid() */
    "  syscall\n"
    "  cmp %r9,%rax\n"
    "  jne 3f\n"
    "2: mov $34,%eax\n" /* pause() */
    "  syscall\n"
    "  jmp 2b\n"
    "3: mov $231,%eax\n" /* exit_group() */
    "  syscall\n"
    "  .org " VALUE(STUB_RDTSC) "\n"
    "  jmp read_time_stamp_counter\n"
    "  .org " VALUE(STUB_CPUID) "\n"
    "  jmp read_cpuid\n"
    "  .org " VALUE(STUB_ENTER) "\n"
    /*
     * STUB_ENTER: the application's registers go to the frame, so that the tracer can put the
     * thread back to its call from any instruction of the stub. frame starts at gs:48.
     */
    "  mov %gs:1208,%rcx\n" /* rcx and r11 are the call's to change, the flags are not */
    "  jrcxz 8f\n"
    "  jmp 7f\n"
    "8: movl $1,%gs:1208\n"
    "  mov %gs:8,%rcx\n"
    "  mov %rcx,%gs:1216\n"
    "  mov (%rsp),%rcx\n"
    "  mov %rcx,%gs:1224\n"
    "  mov %rax,%gs:48\n"
    "  mov %rdi,%gs:56\n"
    "  mov %rsi,%gs:64\n"
    "  mov %rdx,%gs:72\n"
    "  mov %r10,%gs:80\n"
    "  mov %r8,%gs:88\n"
    "  mov %r9,%gs:96\n"
    "  mov %rbx,%gs:104\n"
    "  mov %rbp,%gs:112\n"
    "  mov %r12,%gs:120\n"
    "  mov %r13,%gs:128\n"
    "  mov %r14,%gs:136\n"
    "  mov %r15,%gs:144\n"
    "  pushfq\n"
    "  popq %gs:152\n"
    "  mov (%rsp),%rax\n"
    "  and $-64,%rax\n" /* trampolines are aligned so */
    "  mov %rax,%gs:160\n"
    "  add $60,%rax\n"
    "  mov %rax,%gs:40\n"
    "  cld\n"
    "  mov %gs:0,%rdi\n"
    "  call fast_call\n"
    "  mov %gs:56,%rdi\n"
    "  mov %gs:64,%rsi\n"
    "  mov %gs:80,%r10\n"
    "  mov %gs:88,%r8\n"
    "  mov %gs:96,%r9\n"
    "  test %rdx,%rdx\n"
    "  mov %gs:72,%rdx\n"
    "  jnz 3f\n"
    /* popf takes longer than all of this, and is needed for unusual flags only: DF, TF, AC ... */
    "  mov %gs:152,%ecx\n"
    "  test $0x3ff528,%ecx\n"
    "  jnz 5f\n"
    "  mov %rax,%r11\n"
    "  mov %ecx,%eax\n"
    "  mov %al,%ah\n"
    "  shr $11,%ecx\n"
    "  and $1,%ecx\n"
    "  add $0x7f,%cl\n" /* OF */
    "  sahf\n"          /* SF, ZF, AF, PF, CF */
    "  mov %r11,%rax\n"
    "6: movl $0,%gs:1208\n"
    "  mov $-1,%rcx\n" /* rcx and r11 after a call: the same on every path (MemberThread.java) */
    "  mov $0x246,%r11d\n"
    "  ret\n"
    "5: pushq %gs:152\n"
    "  popfq\n"
    "  jmp 6b\n"
    /* The slow path: all registers as the application had them, the call in the trampoline. */
    "3: movl $0,%gs:1208\n"
    "  mov %gs:48,%rax\n"
    "  pushq %gs:152\n"
    "  popfq\n"
    "  mov %gs:8,%rsp\n"
    "  mov $-1,%rcx\n"
    "  mov $0x246,%r11d\n"
    "  jmp *%gs:40\n"
    /*
     * A signal's handler makes a call while the stub has one on its stack, as it may when the tracer
     * is gone and the kernel delivers where it likes. What it has overwritten is put back, and the call
     * goes the slow path.
     */
    "7: mov %rax,%gs:1232\n"
    "  mov %gs:8,%rcx\n"
    "  mov %rcx,%gs:1240\n"
    "  mov (%rsp),%r11\n"
    "  lahf\n"
    "  seto %al\n"
    "  mov %rax,%gs:1248\n"
    "  and $-64,%r11\n"
    "  add $60,%r11\n"
    "  mov %r11,%gs:1256\n"
    "  mov %gs:1216,%rcx\n"
    "  mov %rcx,%gs:8\n"
    "  mov %gs:1224,%rcx\n"
    "  mov %rcx,(%rsp)\n"
    "  mov %gs:1248,%rax\n"
    "  add $0x7f,%al\n"
    "  sahf\n"
    "  mov %gs:1232,%rax\n"
    "  mov %gs:1240,%rsp\n"
    "  mov $-1,%rcx\n"
    "  mov $0x246,%r11d\n"
    "  jmp *%gs:1256\n"
    /* guarded_call(area, number): struct outcome; the arguments are in area->asked. */
    "  .org " VALUE(STUB_CHECK) " - 63\n"
    ".globl guarded_call, guarded_copy\n"
    "guarded_call:\n"
    "  mov 208(%rdi),%r9\n"
    "  mov 200(%rdi),%r8\n"
    "  mov 192(%rdi),%r10\n"
    "  mov 184(%rdi),%rdx\n"
    "  mov %rsi,%rax\n"
    "  mov 176(%rdi),%rsi\n"
    "  mov 168(%rdi),%rdi\n"
    /* On the application's stack: there the kernel delivers signals when the tracer is gone. */
    "  mov %rsp,%gs:1264\n"
    "  mov %gs:8,%rsp\n"
    "  .org " VALUE(STUB_CHECK) "\n"
    "  cmpl $0,%gs:24\n"
    "  jne 4f\n"
    "  syscall\n" /* STUB_CALL */
    "  mov %gs:32,%rcx\n" /* STUB_BEHIND */
    "  mov %rax,8(%rcx)\n"
    "  movb $0x7f,(%rcx)\n"
    "  mov %gs:1264,%rsp\n" /* STUB_STORED */
    "  xor %edx,%edx\n"
    "  ret\n"
    "4: mov %gs:1264,%rsp\n"
    "  mov $1,%edx\n"
    "  ret\n"
    /* guarded_copy(to, from, bytes): 0, or -1 when it met a fault. A few bytes are moved one by one. */
    "  .org " VALUE(STUB_COPY) "\n"
    "guarded_copy:\n"
    "  mov %rdx,%rcx\n"
    "  cmp $128,%rdx\n"
    "  ja 4f\n"
    "  shr $3,%rcx\n"
    "  jz 2f\n"
    "1: mov (%rsi),%rax\n"
    "  mov %rax,(%rdi)\n"
    "  add $8,%rsi\n"
    "  add $8,%rdi\n"
    "  dec %rcx\n"
    "  jnz 1b\n"
    "2: test $4,%dl\n"
    "  jz 3f\n"
    "  mov (%rsi),%eax\n"
    "  mov %eax,(%rdi)\n"
    "  add $4,%rsi\n"
    "  add $4,%rdi\n"
    "3: mov %edx,%ecx\n"
    "  and $3,%ecx\n"
    "  jz 6f\n"
    "5: mov (%rsi),%al\n"
    "  mov %al,(%rdi)\n"
    "  inc %rsi\n"
    "  inc %rdi\n"
    "  dec %ecx\n"
    "  jnz 5b\n"
    "6: xor %eax,%eax\n"
    "  ret\n"
    "4: rep movsb\n"
    "  xor %eax,%eax\n"
    "  ret\n"
    "  .org " VALUE(STUB_COPY_FAULT) "\n"
    "  mov $-1,%rax\n"
    "  ret\n"
    /* STUB_HANDLER of SIGSYS, SIGTRAP and SIGSEGV: own_handlers.c. */
    "  .org " VALUE(STUB_HANDLER) "\n"
    "  jmp handle_signal\n"
    "  .org " VALUE(STUB_RESTORER) "\n"
    "  mov $15,%eax\n" /* rt_sigreturn */
    "  syscall\n"
    "  .org " VALUE(STUB_LEAVE) "\n"
    "  syscall\n"
    "  jmp leave\n"
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
