// What ftrun was given, recorded before the JVM changes anything and restored in the child that becomes the service.
//
// It travels in a sealed memfd, written by `front` and read by `child`. All integers little-endian, version 2:
//
//   offset  bytes
//        0      4  magic "FTLS"
//        4      4  version
//        8      4  size of the whole state in bytes
//       12      4  umask
//       16      8  blocked signals, signal n in bit n-1
//       24      8  ignored signals, signal n in bit n-1
//       32    256  16 resource limits in the order of RLIMIT_*: soft, hard, 8 bytes each
//      288      4  nice value, -20..19, signed
//      292      4  number of descriptors
//      296      8  timer slack in nanoseconds
//      304    128  CPU affinity, core n in bit n
//      432      4  number of environment strings
//      436      4  bytes of them
//      440      4  number of arguments of ftrun, its own name not counted
//      444      4  bytes of them
//      448      4  coredump_filter of core(5)
//      452      4  1 if the kernel has it, else 0
//      456         descriptors, 4 bytes each, ascending
//                  environment strings, each NUL-terminated
//                  arguments, each NUL-terminated
//
// Neither the mask nor the limits are kept anywhere else. Descriptors are those that were open in ftrun's first process.
#ifndef FTRUN_LAUNCH_STATE_H
#define FTRUN_LAUNCH_STATE_H

#include <stdint.h>

enum {
  LAUNCH_STATE_MAGIC = 0x534c5446,
  LAUNCH_STATE_VERSION = 2,
  LAUNCH_STATE_LIMITS = 16,
  LAUNCH_STATE_AFFINITY_BYTES = 128,
};

struct launch_limit {
  uint64_t soft, hard;
};

struct launch_state {
  uint32_t magic, version, size, umask;
  uint64_t blocked, ignored;
  struct launch_limit limits[LAUNCH_STATE_LIMITS];
  int32_t nice;
  uint32_t descriptor_count;
  uint64_t timer_slack;
  uint8_t affinity[LAUNCH_STATE_AFFINITY_BYTES];
  uint32_t environment_count, environment_bytes, argument_count, argument_bytes;
  uint32_t coredump_filter, has_coredump_filter;
  int32_t descriptors[];
};

_Static_assert(__builtin_offsetof(struct launch_state, blocked) == 16, "layout");
_Static_assert(__builtin_offsetof(struct launch_state, nice) == 288, "layout");
_Static_assert(__builtin_offsetof(struct launch_state, affinity) == 304, "layout");
_Static_assert(__builtin_offsetof(struct launch_state, descriptors) == 456, "layout");

#endif
