/*
 * The way out of a thread that the tracer has made ready to run natively, in case the tracer is not
 * there for the last step: it stands behind the call at STUB_LEAVE, all signals blocked, on the stub's
 * stack, its own registers and mask in the area. A signal could not lead it there, for the stub's
 * handler is the service's by then, or about to be.
 */
#include "signals.h"

#define SYS_RT_SIGPROCMASK 14
#define SYS_ARCH_PRCTL 158
#define ARCH_SET_GS 0x1001
#define SIG_SETMASK 2

__attribute__((used)) struct area *prepare_leaving(void) {
  struct area *area = own_area();
  u64 mask = go_native(area, area->mask);
  give_actions_back(area);
  raw_call(SYS_ARCH_PRCTL, ARCH_SET_GS, (u64)area);
  raw_call4(SYS_RT_SIGPROCMASK, SIG_SETMASK, (u64)&mask, 0, 8);
  return area;
}

/* The registers are in the area's saved, at 456. */
asm(".globl leave\n"
    "leave:\n"
    "  call prepare_leaving\n"
    "  mov 456(%rax),%r15\n"
    "  mov 464(%rax),%r14\n"
    "  mov 472(%rax),%r13\n"
    "  mov 480(%rax),%r12\n"
    "  mov 488(%rax),%rbp\n"
    "  mov 496(%rax),%rbx\n"
    "  mov 504(%rax),%r11\n"
    "  mov 512(%rax),%r10\n"
    "  mov 520(%rax),%r9\n"
    "  mov 528(%rax),%r8\n"
    "  mov 544(%rax),%rcx\n"
    "  mov 552(%rax),%rdx\n"
    "  mov 560(%rax),%rsi\n"
    "  mov 568(%rax),%rdi\n"
    "  pushq 600(%rax)\n"
    "  popfq\n"
    "  mov %gs:536,%rax\n"
    "  mov %gs:608,%rsp\n"
    "  jmp *%gs:584\n");
