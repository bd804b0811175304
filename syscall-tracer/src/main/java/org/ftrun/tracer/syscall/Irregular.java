package org.ftrun.tracer.syscall;

/** Names the handler of a call whose class or outputs no row can express. */
public enum Irregular {
  /** By request number. */
  IOCTL,
  /** By command. */
  FCNTL,
  /** By option. */
  PRCTL,
  /** By code. */
  ARCH_PRCTL,
  /** One msghdr filled by the kernel. */
  RECVMSG,
  /** An array of msghdr filled by the kernel. */
  RECVMMSG,
  /** An array of msghdr read by the kernel, which writes each one's byte count. */
  SENDMMSG,
  /** By operation. */
  FUTEX,
  /** By what is mapped and how. */
  MMAP,
  /** By advice. */
  MADVISE,
  /** The flag that would unshare the descriptor table is taken off. */
  CLOSE_RANGE,
  /** By flags: a thread or a process. */
  CLONE,
  /** By command. */
  SEMCTL,
  /** By command. */
  SHMCTL,
  /** By command. */
  MSGCTL,
  /** By process and direction. */
  PRLIMIT,
  /** By the process it names. */
  ABOUT_PROCESS,
  /** By the size of the handle. */
  FILE_HANDLE,
  /** By capability version. */
  CAPABILITIES,
  /** By operation. */
  KEYCTL,
  /** One message: its type, then as many bytes as the result says. */
  MSGRCV,
  /** By level and option. */
  GETSOCKOPT,
  /** The buffer is named by a structure (getxattrat). */
  XATTR_ARGS,
  /** The result tells its own size (statmount). */
  STATMOUNT
}
