package org.ftrun.tracer.syscall;

/** What an id in a result, an argument or a structure names, and how it stands there. */
public enum IdKind {
  /** The calling process. */
  PROCESS,
  /** The calling thread. */
  THREAD,
  /** The parent of the calling process. */
  PARENT,
  /** A process or thread; 0 and what is negative is none. */
  PID,
  /** A process group; 0 is none. */
  GROUP,
  /** A session; 0 is none. */
  SESSION,
  /** A process or thread, or a process group as a negative number below -1. */
  PID_OR_GROUP,
  /** A PROCESS or a group as the argument before it says: 0 and 1, as getpriority(2). */
  PRIORITY_WHO,
  /** The same, but 1 and 2, as ioprio_get(2) and waitid(2). */
  ID_OF_TYPE,
  /** A clock: if it is negative, it may be that of a process or thread (clock_getcpuclockid(3)). */
  CLOCK,
  /** A struct f_owner_ex: what it is, and the id (fcntl(2)). */
  OWNER,
  /** The sender, or the child, in a siginfo_t, where it has one. */
  SIGNAL,
  /** The same in each struct signalfd_siginfo, if the descriptor is a signalfd. */
  SIGNALFD,
  /** A struct ucred, if the option asked for is SO_PEERCRED. */
  PEER,
  /** Each struct ucred in the control data of a message header, or of several. */
  CREDENTIALS
}
