/*
 * The signals that the stub owns are always handled by the stub, as the kernel sees it, but most of
 * them are the service's: those go on to the service's own handler here, with stack and registers as
 * the kernel has made them for it. While a tracer lives it knows the mask that the service believes
 * in, and the kernel must not; a process that goes on natively has that in the kernel.
 */
#include "signals.h"

#define SYS_RT_SIGACTION 13
#define SYS_RT_SIGPROCMASK 14
#define SYS_GETPID 39
#define SYS_GETTID 186
#define SYS_RT_TGSIGQUEUEINFO 297
#define SIG_BLOCK 0
#define SA_NODEFER 0x40000000ul
#define SA_RESETHAND 0x80000000ul
#define SIG_IGN 1

static const s32 OWNED[OWNED_COUNT] = {SIGTRAP, SIGSEGV, SIGSYS};

static struct action *action_of(struct area *area, s32 signal) {
  unsigned i = 0;
  while (OWNED[i] != signal) i++;
  return &area->own[i];
}

/* What becomes of the process if the service has no handler. */
static void by_default(struct area *area, s32 signal, const struct siginfo *info) {
  if (action_of(area, signal)->handler == SIG_IGN && info->code <= 0) return;
  struct action action = {0, 0, 0, 0};
  raw_call4(SYS_RT_SIGACTION, signal, (u64)&action, 0, 8);
  action_of(area, signal)->handler = 0;
  if (info->code > 0 && signal == SIGSEGV) return; /* the instruction faults once more */
  raw_call4(SYS_TGKILL, raw_call(SYS_GETPID, 0, 0), raw_call(SYS_GETTID, 0, 0), signal, 0);
}

/* The thread believes the signal to be blocked, as it will be when this handler returns. */
static void keep_pending(s32 signal, const struct siginfo *info) {
  u64 blocked = 1ul << (signal - 1);
  raw_call4(SYS_RT_SIGPROCMASK, SIG_BLOCK, (u64)&blocked, 0, 8);
  raw_call4(SYS_RT_TGSIGQUEUEINFO, raw_call(SYS_GETPID, 0, 0), raw_call(SYS_GETTID, 0, 0), signal,
            (u64)info);
}

u64 hand_over(struct area *area, s32 signal, const struct siginfo *info, struct context *context) {
  struct action *action = action_of(area, signal);
  u64 handler = action->handler;
  if (handler <= SIG_IGN) {
    by_default(area, signal, info);
    return 0;
  }
  if (!area->native && area->passed) {
    area->passed--;
  } else {
    u64 hidden = area->hidden;
    if (hidden >> (signal - 1) & 1 && info->code <= 0) {
      context->mask = go_native(area, context->mask);
      keep_pending(signal, info);
      return 0;
    }
    if (!area->native) context->mask = go_native(area, context->mask); /* nobody let it through */
    u64 blocked = hidden | action->mask | (action->flags & SA_NODEFER ? 0 : 1ul << (signal - 1));
    raw_call4(SYS_RT_SIGPROCMASK, SIG_BLOCK, (u64)&blocked, 0, 8);
  }
  if (action->flags & SA_RESETHAND) action->handler = 0;
  return handler;
}

void give_actions_back(struct area *area) {
  for (unsigned i = 0; i < OWNED_COUNT; i++)
    raw_call4(SYS_RT_SIGACTION, OWNED[i], (u64)&area->own[i], 0, 8);
}

asm(".globl handle_signal\n"
    /*
     * STUB_HANDLER. What the kernel has set for a handler stays: rdi, rsi, rdx, rsp, and rax, which is 0.
     * Without a handler of the service this returns from the signal by itself, by rt_sigreturn.
     */
    "handle_signal:\n"
    "  push %rdi\n"
    "  push %rsi\n"
    "  push %rdx\n"
    "  push %rcx\n"
    "  push %r8\n"
    "  push %r9\n"
    "  push %r10\n"
    "  push %r11\n"
    "  sub $8,%rsp\n"
    "  call on_signal\n"
    "  add $8,%rsp\n"
    "  pop %r11\n"
    "  pop %r10\n"
    "  pop %r9\n"
    "  pop %r8\n"
    "  pop %rcx\n"
    "  pop %rdx\n"
    "  pop %rsi\n"
    "  pop %rdi\n"
    "  test %rax,%rax\n"
    "  jz 1f\n"
    "  push %rax\n"
    "  xor %eax,%eax\n"
    "  ret\n"
    "1: add $8,%rsp\n"
    "  mov $15,%eax\n"
    "  syscall\n");
