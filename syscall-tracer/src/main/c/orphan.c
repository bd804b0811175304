/*
 * When the tracer is gone: the stub's own signal handler lets the service go on natively. While a
 * tracer lives it is entered only for signals that are the service's (own_handlers.c).
 */
#include "signals.h"

#define SYS_GETPID 39
#define SYS_PRCTL 157
#define SYS_ARCH_PRCTL 158
#define SYS_GETTID 186
#define SYS_SCHED_SETAFFINITY 203
#define SYS_RT_SIGPROCMASK 14
#define SIG_BLOCK 0
#define SIG_SETMASK 2
#define SYS_CLONE 56
#define SYS_KILL 62
#define SYS_TKILL 200
#define PR_SET_TSC 26
#define PR_TSC_ENABLE 1
#define ARCH_SET_CPUID 0x1012
#define ARCH_GET_GS 0x1004
#define SYS_USER_DISPATCH 2
#define SELECTOR_BLOCK 1 /* SYSCALL_DISPATCH_FILTER_BLOCK */
#define SI_KERNEL 0x80
#define SEGV_ACCERR 2
#define TRAP_TRACE 2
#define TRAP_FLAG 0x100ul /* TF of the processor flags */
#define SYS_MPROTECT 10
#define PROT_READ_EXEC 5
#define PROT_READ_WRITE_EXEC 7
#define PAGE_BYTES 4096ul
#define FENCES (sizeof ((struct area *)0)->fences / sizeof(u64))
#define EAGAIN 11

/* rcx and r11 after a call, as MemberThread.java. */
#define RCX_AFTER_CALL (~0ul)
#define R11_AFTER_CALL 0x246

static char *base(void) {
  char *start;
  asm("lea _start(%%rip), %0" : "=r"(start));
  return start;
}

/* That of the thread which takes the signal. */
struct area *own_area(void) {
  u64 address = 0;
  raw_call(SYS_ARCH_PRCTL, ARCH_GET_GS, (u64)&address);
  return (struct area *)(address ? address : (u64)base() + STUB_AREA);
}

static void lower_fences(struct area *area) {
  for (unsigned i = 0; i < FENCES; i++) {
    if (area->fences[i]) raw_call4(SYS_MPROTECT, area->fences[i], PAGE_BYTES, PROT_READ_EXEC, 0);
    area->fences[i] = 0;
  }
}

/* mov %rsp,%gs:8, the first instruction of a trampoline that needs the area, and jmp rel8. */
static const u8 LEAVE_STACK[] = {0x65, 0x48, 0x89, 0x24, 0x25, 8, 0, 0, 0};
#define JMP_SHORT 0xeb
#define TRAMPOLINE_BYTES 64
#define TRAMPOLINE_ENTRY 8
#define TRAMPOLINE_SLOW 60
#define LONGEST_BEFORE 15

static int leaves_stack(const u8 *code) {
  for (unsigned i = 0; i < sizeof LEAVE_STACK; i++)
    if (code[i] != LEAVE_STACK[i]) return 0;
  return 1;
}

/*
 * A thread that is born from now on has its parent's area, which must not serve two: patched sites make
 * their calls where the tracer would have taken them, without it. Two bytes within a line of the cache are
 * replaced at once, so a thread that comes along meanwhile finds the one jump or the other.
 */
static void leave_areas(u64 room) {
  if (raw_call4(SYS_MPROTECT, room, STUB_ROOM_BYTES, PROT_READ_WRITE_EXEC, 0)) return;
  for (u8 *start = (u8 *)room; start < (u8 *)room + STUB_ROOM_BYTES; start += TRAMPOLINE_BYTES)
    for (u8 *code = start + TRAMPOLINE_ENTRY; code <= start + TRAMPOLINE_ENTRY + LONGEST_BEFORE; code++)
      if (leaves_stack(code)) {
        u16 jump = JMP_SHORT | (u16)(start + TRAMPOLINE_SLOW - (code + 2)) << 8;
        asm volatile("movw %1, %0" : "=m"(*(u16 *)code) : "r"(jump));
        break;
      }
  raw_call4(SYS_MPROTECT, room, STUB_ROOM_BYTES, PROT_READ_EXEC, 0);
}

/* From here on the thread's calls are its own. Returns the mask that the thread believes in. */
u64 go_native(struct area *area, u64 mask) {
  volatile u8 *enters = (u8 *)base() + STUB_DATA;
  const u64 *rooms = (u64 *)(base() + STUB_ROOMS);
  if (*enters)
    for (unsigned i = 0; i < STUB_MOST_ROOMS && rooms[i]; i++) leave_areas(rooms[i]);
  *enters = 0;
  *(volatile u8 *)&area->selector = 0;
  if (area->mode != MODE_SLOW) area->mode = MODE_SOLO;
  area->stop = STOP_NOT;
  area->pid = 0;
  area->native = 1;
  if (area->masked) mask = area->mask;
  area->masked = 0;
  mask |= area->hidden;
  area->hidden = 0;
  raw_call4(SYS_SCHED_SETAFFINITY, 0, sizeof area->affinity, (u64)area->affinity, 0);
  raw_call(SYS_ARCH_PRCTL, ARCH_SET_CPUID, 1);
  raw_call(SYS_PRCTL, PR_SET_TSC, PR_TSC_ENABLE);
  lower_fences(area);
  return mask;
}

static void put_back(const struct area *area, struct context *to) {
  const struct saved *from = &area->saved;
  to->r15 = from->r15, to->r14 = from->r14, to->r13 = from->r13, to->r12 = from->r12;
  to->rbp = from->rbp, to->rbx = from->rbx, to->r11 = from->r11, to->r10 = from->r10;
  to->r9 = from->r9, to->r8 = from->r8, to->rax = from->rax, to->rcx = from->rcx;
  to->rdx = from->rdx, to->rsi = from->rsi, to->rdi = from->rdi;
  to->rip = from->rip, to->rsp = from->rsp, to->flags = from->flags;
}

static void return_from_call(const struct area *area, struct context *context, s64 result) {
  put_back(area, context);
  context->rip = area->behind;
  context->rax = result;
  context->rcx = RCX_AFTER_CALL;
  context->r11 = R11_AFTER_CALL;
}

/* A thread that has just been born has its parent's area, and the stack that it is to have. */
static int is_newborn(const struct area *area, const struct context *context) {
  return area->saved.rax == SYS_CLONE && area->saved.rsi &&
         context->rsp == area->saved.rsi;
}

static void return_from_clone(const struct area *area, struct context *context) {
  u64 stack = context->rsp;
  return_from_call(area, context, 0);
  context->rsp = stack;
}

/*
 * The thread's mask has been changed or told, but for the signals of ours, of which the kernel was not
 * to know.
 */
static void finish_mask(const struct area *area, struct context *context, u64 hidden) {
  u64 set, old;
  if (area->saved.rdx && area->saved.rdx != area->saved.rsi &&
      !guarded_copy(&old, (void *)area->saved.rdx, sizeof old)) {
    old |= hidden;
    guarded_copy((void *)area->saved.rdx, &old, sizeof old);
  }
  if (!area->saved.rsi || area->saved.rdx == area->saved.rsi ||
      guarded_copy(&set, (void *)area->saved.rsi, sizeof set))
    return;
  set &= OWNED_SIGNALS;
  u64 ours = (u32)area->saved.rdi == SIG_SETMASK ? set
             : (u32)area->saved.rdi == SIG_BLOCK ? hidden | set
                                                 : hidden & ~set;
  context->mask = (context->mask & ~OWNED_SIGNALS) | ours;
}

/* The tracer sent the thread to the stub; what it did there is finished, or undone. */
static void finish(struct area *area, struct context *context, u64 hidden) {
  /* The tracer may have died of all at the end of a stop for SIGTRAP: then that comes before the call. */
  s64 made = context->rip == (u64)base() + STUB_EXECUTE ? -EINTR : (s64)context->rax;
  s64 result = area->rescue == RESCUE_ANSWERED ? area->answer : made;
  int again = result == -EINTR || (area->timed && result == -EAGAIN);
  if (area->rescue == RESCUE_INJECTED || (again && !area->transferred)) {
    put_back(area, context); /* at the site: the call is made again */
    return;
  }
  if (area->redirected_to && result > 0 &&
      guarded_copy((void *)area->redirected_to, (void *)area->redirected_from,
                   result * area->redirected_unit))
    result = -EFAULT;
  if (area->saved.rax == SYS_RT_SIGPROCMASK && result == 0) finish_mask(area, context, hidden);
  if (area->transferred) result = (result > 0 ? result : 0) + area->transferred;
  return_from_call(area, context, result);
}

/* A call that was about to send a signal to the process itself, by an id that nobody has any more. */
static void name_itself(const struct area *area, u32 pid, struct context *context) {
  int call = (u32)context->rax;
  if (call != SYS_KILL && call != SYS_TKILL && call != SYS_TGKILL) return;
  if ((u32)context->rdi == pid) context->rdi = raw_call(SYS_GETPID, 0, 0);
  if (call == SYS_TGKILL && (u32)context->rsi == area->thread)
    context->rsi = raw_call(SYS_GETTID, 0, 0);
}

/*
 * The ids that the thread has just asked for may be on their way to a call by which it signals itself,
 * as raise does it: so its next call, too, comes here, and it hears of no other id before.
 */
static void keep_name(struct area *area, u32 pid, const struct context *context) {
  if (!pid || context->mask >> (SIGSYS - 1) & 1) return;
  area->pid = pid;
  *(volatile u8 *)&area->selector = SELECTOR_BLOCK;
}

/* The call at which the thread stands is made natively, unless it asks who it is. */
static void make_call(struct area *area, u32 pid, struct context *context) {
  u8 code[2];
  u32 call = (u32)context->rax;
  if (!pid || guarded_copy(code, (void *)context->rip, 2) || code[0] != 0x0f || code[1] != 0x05)
    return;
  if (call != SYS_GETPID && call != SYS_GETTID) {
    name_itself(area, pid, context);
    return;
  }
  context->rax = call == SYS_GETPID ? pid : area->thread;
  context->rip += 2;
  context->rcx = RCX_AFTER_CALL;
  context->r11 = R11_AFTER_CALL;
  keep_name(area, pid, context);
}

/* Whether the instruction is cpuid, rdtsc or rdtscp, which fault while they are trapped. */
static int is_trapped_instruction(u64 address) {
  u8 code[3];
  if (guarded_copy(code, (void *)address, 2) || code[0] != 0x0f) return 0;
  if (code[1] == 0xa2 || code[1] == 0x31) return 1;
  return code[1] == 0x01 && !guarded_copy(code, (void *)address, 3) && code[2] == 0xf9;
}

/* The thread stands at such an instruction, or behind one that the tracer has just answered. */
static int is_at_trapped(const struct area *area, u64 address) {
  return is_trapped_instruction(address) ||
         (area->rescue == RESCUE_INSTRUCTION &&
          (is_trapped_instruction(address - 2) || is_trapped_instruction(address - 3)));
}

/* Whether the instruction before is int3, and so the trap the service's. */
static int is_behind_break(u64 address) {
  u8 code[2];
  if (guarded_copy(code, (void *)(address - 2), 2)) return 0;
  return code[1] == 0xcc || (code[0] == 0xcd && code[1] == 3);
}

/* A fence that stands, or at which the tracer was just making the calls that take all of them away. */
static int is_fence(const struct area *area, u64 address, u64 at) {
  for (unsigned i = 0; i < FENCES; i++)
    if (area->fences[i] && address - area->fences[i] < PAGE_BYTES) return 1;
  return area->rescue == RESCUE_INJECTED && address == at && area->saved.rip == at;
}

static int is_fault_of_ours(const struct area *area, const struct siginfo *info,
                            const struct context *context) {
  if (area->native) return 0;
  return (info->code == SI_KERNEL && is_at_trapped(area, context->rip)) ||
         (info->code == SEGV_ACCERR && is_fence(area, info->call_address, context->rip));
}

/*
 * Whether the signal is of our making, and what it was for is finished or undone. The tracer may
 * have sent the thread to the stub since the signal stopped it; or back to its own code.
 */
static int is_ours(s32 signal, const struct siginfo *info, struct context *context,
                   struct area *area) {
  u64 offset = context->rip - (u64)base();
  int inside = offset < STUB_TABLE;
  int sent = inside && area->rescue && area->rescue < RESCUE_STEPPED;
  if (signal == SIGSYS && info->code == SYS_USER_DISPATCH) {
    u32 pid = area->pid;
    context->mask = go_native(area, context->mask);
    if (sent) {
      put_back(area, context);
      area->rescue = RESCUE_NONE;
    } else {
      context->rip = info->call_address - 2;
      context->rax = (u32)info->call;
    }
    make_call(area, pid, context);
    return 1;
  }
  if (signal == SIGTRAP && info->code == TRAP_TRACE && area->rescue == RESCUE_STEPPED) {
    context->flags &= ~TRAP_FLAG; /* a tracer that is gone cannot take it back */
    area->rescue = RESCUE_NONE;
    return 1;
  }
  if (signal == SIGTRAP && info->code == SI_KERNEL && inside && is_newborn(area, context)) {
    context->mask = go_native(area, context->mask);
    return_from_clone(area, context);
    return 1;
  }
  if (signal == SIGTRAP && info->code == SI_KERNEL && area->rescue &&
      (inside || !is_behind_break(context->rip))) {
    u64 hidden = area->hidden;
    u32 pid = area->pid;
    context->mask = go_native(area, context->mask);
    if (inside) finish(area, context, hidden);
    area->rescue = RESCUE_NONE;
    keep_name(area, pid, context);
    return 1;
  }
  if (signal != SIGSEGV || info->code <= 0) return 0; /* sent by somebody */
  if (offset - STUB_COPY < STUB_COPY_FAULT - STUB_COPY) {
    context->rip = (u64)base() + STUB_COPY_FAULT;
    return 1;
  }
  if (!sent && !is_fault_of_ours(area, info, context)) return 0;
  context->mask = go_native(area, context->mask);
  return 1; /* the instruction is executed once more */
}

/* Nothing is left for which the stub's handler would be needed. */
static int is_last(const struct area *area, const struct context *context) {
  int left = !area->rescue || area->rescue >= RESCUE_STEPPED;
  int alone = !area->several && !area->inside && !area->pid;
  return left && alone && context->rip - (u64)base() >= STUB_TABLE;
}

/* Returns the service's handler that is to be entered, or 0. */
__attribute__((used)) u64 on_signal(s32 signal, const struct siginfo *info,
                                    struct context *context) {
  struct area *area = own_area();
  u64 handler = 0;
  if (!is_ours(signal, info, context, area)) handler = hand_over(area, signal, info, context);
  if (area->native && is_last(area, context)) give_actions_back(area);
  return handler;
}
