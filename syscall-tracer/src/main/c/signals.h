/* Inside the stub: what the files that handle signals have in common. */
#ifndef FTRUN_SIGNALS_H
#define FTRUN_SIGNALS_H

#include "fast_path.h"

#define SIGTRAP 5
#define SIGSEGV 11
#define SIGSYS 31
#define SYS_TGKILL 234

/* siginfo_t of SIGSYS; of SIGSEGV the address is where call_address is. */
struct siginfo {
  s32 signal;
  s32 error;
  s32 code;
  s32 padding;
  u64 call_address;
  s32 call;
  u32 architecture;
};

/* struct ucontext, asm/ucontext.h and asm/sigcontext.h. */
struct context {
  u64 header[5];
  u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, flags;
  u64 others[14];
  u64 mask;
};

_Static_assert(__builtin_offsetof(struct context, mask) == 296, "CallEffects.java: FRAME_MASK");

/*
 * The signal is the service's: returns its handler, or 0 when all is done that the kernel would do.
 * In own_handlers.c.
 */
u64 hand_over(struct area *area, s32 signal, const struct siginfo *info, struct context *context);

/* In orphan.c. */
struct area *own_area(void);
u64 go_native(struct area *area, u64 mask);

/* The kernel gets the service's own dispositions. */
void give_actions_back(struct area *area);

#endif
