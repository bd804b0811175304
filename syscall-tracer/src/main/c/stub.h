/*
 * The stub's region in a member: offsets and structures. StubLayout.java, StubArea.java and
 * FastTable.java mirror them; tests compare both sides.
 *
 *   0x00000  text of the stub          6 pages  r-x  where system calls run unintercepted
 *   0x06000  table of fast calls       8 pages  r--
 *   0x0e000  selector, rooms, scratch  1 page   rw-
 *   0x0f000  stack, area               4 pages  rw-  of the first thread
 *   0x13000  trampolines              16 pages  r-x  calls made here are intercepted
 */
#ifndef FTRUN_STUB_H
#define FTRUN_STUB_H

/* Entry points. */
#define STUB_EXECUTE 0
#define STUB_BIRTH 16
#define STUB_RDTSC 64
#define STUB_CPUID 80
#define STUB_ENTER 96

/* The guarded call: a thread stopped between CHECK and CALL is put back to CHECK. */
#define STUB_CHECK 832
#define STUB_CALL 843
#define STUB_BEHIND 845
#define STUB_STORED 861

/* The guarded copy: a fault from COPY on, before COPY_FAULT, goes on there. */
#define STUB_COPY 912
#define STUB_COPY_FAULT 1000

/* The signal handler, and what returns from it. */
#define STUB_HANDLER 1024
#define STUB_RESTORER 1040

/* Where the tracer puts a thread that it has ready to run natively: a call of ours, then leave.c. */
#define STUB_LEAVE 1056
#define STUB_TEXT 1072

/* Parts of the region. */
#define STUB_TABLE 24576
#define STUB_DATA 57344 /* a byte: not 0 while trampolines lead into the stub */
#define STUB_ROOMS 57408 /* addresses of the rooms of trampolines, 0 behind the last */
#define STUB_AREA 76480 /* the stack is below */
#define STUB_TRAMPOLINES 77824
#define STUB_MOST_ROOMS 17
#define STUB_ROOM_BYTES 65536

#ifndef __ASSEMBLER__
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int s32;
typedef long s64;

/* Where the tracer wants a thread to stop. */
enum stop {
  STOP_NOT,
  STOP_NOW,           /* at its next call, or before the one that it is about to make */
  STOP_WHEN_CONSUMED  /* where a replica would wait for an event that is not there yet */
};

/* What a thread does with a call that the stub can do. */
enum mode {
  MODE_SLOW,   /* nothing: every call goes to the tracer */
  MODE_SOLO,   /* executes, writes nothing */
  MODE_RECORD, /* executes, writes the event */
  MODE_REPLAY  /* takes result and outputs from the event */
};

/* A thread's registers at its call, as the application had them. */
struct frame {
  u64 number;      /*   0 rax */
  u64 argument[6]; /*   8 rdi, rsi, rdx, r10, r8, r9 */
  u64 rbx;         /*  56 */
  u64 rbp;         /*  64 */
  u64 r12;         /*  72 */
  u64 r13;         /*  80 */
  u64 r14;         /*  88 */
  u64 r15;         /*  96 */
  u64 flags;       /* 104 */
  u64 trampoline;  /* 112 */
};

/* One slot of the event log; EventLogLayout.java documents it. */
struct slot {
  u8 kind;
  u8 flags;
  u16 syscall;
  s32 thread;
  s64 result;
  u64 digest;
  u64 position;
  u32 length;
  s32 descriptor;
  u64 site;
  u64 detail;
  u64 sequence;
};

/* struct user_regs_struct of asm/ptrace-abi.h. */
struct saved {
  u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, original_rax;
  u64 rip, cs, flags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

/* For what the tracer sent the thread to the stub. */
enum rescue {
  RESCUE_NONE,
  RESCUE_CALL,     /* to make the service's call, whose result is the service's */
  RESCUE_INJECTED, /* to make a call of ours: the service goes on where it was */
  RESCUE_ANSWERED, /* as that, but the answer of the service's call is known */
  RESCUE_STEPPED,  /* not sent: led through the service's own code, instruction by instruction */
  RESCUE_INSTRUCTION, /* not sent: the instruction at which it faulted is answered */
  RESCUE_RETURNED  /* not sent any more: its registers are those behind the call */
};

/* As rt_sigaction takes it. */
struct action {
  u64 handler, flags, restorer, mask;
};

#define OWNED_COUNT 3

/* What the stub knows of a thread; gs_base points to it. */
struct area {
  u64 self;              /*   0 */
  u64 application_stack; /*   8 rsp of the application while the stub runs */
  u64 stack;             /*  16 upper end of the stub's stack */
  u32 stop;              /*  24 enum stop */
  u32 mode;              /*  28 */
  struct slot *slot;     /*  32 where the call under way is written */
  u64 slow;              /*  40 where to go for the slow path */
  struct frame frame;    /*  48 */
  u64 asked[6];          /* 168 arguments with which the kernel is asked */
  s64 redirected;        /* 216 bytes that the kernel may write into the log, -1: none */
  u64 log;               /* 224 address of the event log */
  u64 slots;             /* 232 their number */
  u64 payload_offset;    /* 240 */
  u64 payload_bytes;     /* 248 */
  u64 segment_bytes;     /* 256 */
  u64 largest_piece;     /* 264 */
  u64 clock;             /* 272 the vDSO's clock_gettime, 0: ask the kernel */
  u32 thread;            /* 280 id for the events */
  u32 spins;             /* 284 the replica spins so often before it yields */
  u32 yields;            /* 288 and yields so often before it sleeps */
  u32 sleep_nanos;       /* 292 for at most so long; 0: it never sleeps */
  u64 gate;              /* 296 all consumers have consumed at least this event, plus one */
  u64 tail;              /* 304 no payload in use is before this position */
  u64 began;             /* 312 CLOCK_MONOTONIC of the call's begin in ns, 0: it cannot have a time-out */
  struct slot unlogged;  /* 320 stands for the slot when nothing is recorded */
  u64 hidden;            /* 384 signals of ours that the service believes to be blocked, bit n-1 for n */
  u64 rescue;            /* 392 enum rescue: for the case that the tracer dies */
  u64 behind;            /* 400 where the service goes on behind its call */
  u64 transferred;       /* 408 what earlier parts of the call have moved */
  u64 timed;             /* 416 not 0 if EAGAIN means that the call is to be made again */
  s64 answer;            /* 424 of RESCUE_ANSWERED */
  u64 redirected_from;   /* 432 where the kernel writes what the call brings */
  u64 redirected_to;     /* 440 where the service wants it, 0: it is not redirected */
  u64 redirected_unit;   /* 448 bytes for each 1 of the result */
  struct saved saved;    /* 456 the service's registers, at the site of its call */
  s64 seen;              /* 672 a replica: the cursor as it was seen last */
  u64 times;             /* 680 not 0 if a socket may have a time-out */
  u64 lap;               /* 688 from this payload position on the ring may be begun anew */
  u64 enter;             /* 696 address of STUB_ENTER, for trampolines from which no call reaches it */
  u64 fences[32];        /* 704 pages that are executable but for a fence (TimeStampFences.java), 0: none */
  u32 pid;               /* 960 by which the service knows itself, 0: as the kernel knows it */
  u32 parent;            /* 964 its parent's; pid if only the kernel can tell */
  u64 signals;           /* 968 bit n: descriptor n may be a signalfd; 63: that or a higher one */
  u64 affinity[16];      /* 976 the cores that the thread is to have without a tracer */
  struct action own[OWNED_COUNT]; /* 1104 of SIGTRAP, SIGSEGV and SIGSYS, as the service set them */
  u32 several;           /* 1200 not 0 if the service has, or has had, more than one thread */
  u32 native;            /* 1204 not 0 when the thread goes on natively, its tracer gone */
  u64 inside;            /* 1208 not 0 while the stub has a call of the thread's on its stack */
  u64 outer_stack;       /* 1216 application_stack of that call */
  u64 outer_return;      /* 1224 where that call returns to */
  u64 nested[4];         /* 1232 room for a call that comes in between, which the stub cannot do */
  u64 own_stack;         /* 1264 the stub's stack pointer while the kernel is asked on the other */
  u64 masked;            /* 1272 not 0 if the kernel's mask is not the service's at present, but this: */
  u64 mask;              /* 1280 */
  u64 selector;          /* 1288 its first byte is the thread's of Syscall User Dispatch */
  u64 passed;            /* 1296 owned signals that the tracer has let through to the service's handlers */
  u64 present;           /* 1304 bytes of the payload ring, from its begin, that the process has in its page tables */
};

/* struct msghdr of linux/socket.h, and the bytes moved that make it a struct mmsghdr. */
struct message {
  u64 name;
  u32 name_length;
  u32 padding;
  u64 buffers;
  u64 count;
  u64 control;
  u64 control_length;
  u32 flags;
  u32 unused;
  u32 moved;
  u32 unused_too;
};

#define MESSAGE_BYTES 56 /* of struct message, those of a msghdr */

/* How many bytes an output has; SizeRule.java documents the rules. */
enum rule {
  RULE_CONSTANT,
  RULE_ARGUMENT,
  RULE_BITS,
  RULE_RESULT,
  RULE_SOCKLEN,
  RULE_IOVEC,
  RULE_MESSAGE,  /* one msghdr: what is sent, or what a receive writes */
  RULE_MESSAGES, /* mmsghdrs: what is sent, or what a receive writes */
  RULE_SENT,     /* mmsghdrs: how much of each was sent */
  RULE_STRING    /* up to a zero */
};

/* With which results an output is written: WrittenWhen.java. */
enum when { WHEN_SUCCESS, WHEN_INTERRUPTED, WHEN_NOT_REFUSED, WHEN_ALWAYS };

/* Also describes an input; when means nothing then. */
struct output {
  u8 argument;
  u8 rule;
  u8 sized_by; /* the argument that the rule refers to */
  u8 when;
  u32 unit;
};

enum {
  ROW_FAST = 1,
  ROW_CONSUMES = 2, /* what the call returns is gone from the kernel */
  ROW_COMMAND = 4,  /* only with one of a few commands */
  ROW_MASK = 8,     /* only if a temporary signal mask, if any, holds back none of our signals */
  ROW_TIMEOUT = 16, /* has a time-out in milliseconds, as an int */
  ROW_TIMED = 32,   /* has a time-out that is passed by pointer */
  ROW_NOT_ALL = 64, /* only without MSG_WAITALL in its flags */
  ROW_NOT_TIMES = 128 /* only with an option that is no time-out of a socket */
};

/* What a call has to do with ids of processes. */
enum {
  ID_NONE,
  ID_PROCESS,    /* gives the caller's pid */
  ID_THREAD,     /* gives the caller's tid */
  ID_PARENT,     /* gives the parent's pid */
  ID_SIGNALS,    /* reads what may be a signalfd, which tells of senders */
  ID_CREDENTIALS, /* sends a message, which may have a pid with it */
  ID_CLOCK       /* has a clock, which may be that of a process or thread */
};

/* Special treatment of clocks. */
enum { CLOCK_NONE, CLOCK_GETTIME, CLOCK_TIMEOFDAY, CLOCK_TIME };

/* How the event's detail is made: ShadowDetail.java. */
enum { DETAIL_NONE, DETAIL_FIRST, DETAIL_BOTH, DETAIL_EMPTY };

/* One system call that the stub can do; 64 bytes. */
struct row {
  u8 flags;
  u8 arguments;   /* how many count for the digest */
  u8 wide;        /* bit n: argument n counts with 64 bits, not 32 */
  u8 narrow;      /* bit n: with 16 */
  u8 descriptor;  /* index of the first descriptor argument, 255: none */
  u8 outputs;
  u8 clock;
  u8 command;     /* ROW_COMMAND: index of the command; ROW_MASK: of the mask; ROW_NOT_ALL: of the flags;
                     ROW_NOT_TIMES: of the option */
  u8 detail;
  u8 detail_first;
  u8 detail_second;
  u8 commands;
  u16 commanded[4]; /* the commands */
  u8 identity;    /* one of ID_NONE ... */
  u8 paths;       /* bit n: argument n is a path, which may name a process */
  u8 unused[6];
  struct output output[4]; /* the outputs, behind them the inputs */
  u8 timeout; /* index of the time-out */
  u8 blocks;  /* not 0 if the call may wait */
  u8 covered; /* bit n: the digest covers what output[n] describes; none unless --verify full */
  u8 paired;  /* ROW_MASK: not 0 if the argument points to the mask's address */
};

/* SIGTRAP, SIGSEGV and SIGSYS in a mask: SignalActions.java. */
#define OWNED_SIGNALS (1ul << 4 | 1ul << 10 | 1ul << 30)

#define STUB_ROWS 512
_Static_assert(__builtin_offsetof(struct message, moved) == MESSAGE_BYTES, "SocketLayout.java");
_Static_assert(sizeof(struct message) == 64, "SocketLayout.java");
_Static_assert(sizeof(struct row) == 64, "FastTable.java relies on it");
_Static_assert(sizeof(struct slot) == 64, "EventLogLayout.java relies on it");
_Static_assert(__builtin_offsetof(struct area, frame) == 48, "stub_entry.h relies on it");
_Static_assert(__builtin_offsetof(struct area, asked) == 168, "stub_entry.h relies on it");
_Static_assert(__builtin_offsetof(struct area, unlogged) == 320, "StubArea.java relies on it");
_Static_assert(__builtin_offsetof(struct area, saved) == 456, "StubArea.java relies on it");
_Static_assert(__builtin_offsetof(struct row, output) == 28, "FastTable.java relies on it");
_Static_assert(__builtin_offsetof(struct area, mask) == 1280, "stub.c relies on it");
_Static_assert(__builtin_offsetof(struct area, own) == 1104, "StubArea.java relies on it");
_Static_assert(sizeof(struct saved) == 27 * 8, "Registers.java relies on it");
#endif

#endif
