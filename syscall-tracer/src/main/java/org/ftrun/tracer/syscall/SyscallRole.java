package org.ftrun.tracer.syscall;

/**
 * What a call means to the tracer beyond its class. A tracer dispatches by this marker, never by
 * the number.
 */
public enum SyscallRole {
  /** Nothing beyond the class. */
  PLAIN,
  /** Ends the calling thread (exit). */
  EXIT_THREAD,
  /** Ends the calling process (exit_group). */
  EXIT_PROCESS,
  /** Returns from a signal handler: restores registers and mask from the stack (rt_sigreturn). */
  SIGNAL_RETURN,
  /** Continues an interrupted call that keeps its state in the kernel (restart_syscall). */
  RESTART,
  /** Replaces the process image (execve, execveat). */
  EXEC,
  /** Makes a thread or a process (clone, fork, vfork). */
  BIRTH,
  /** Makes a further thread of the process (clone with CLONE_THREAD). */
  THREAD_BIRTH,

  /** Sets a signal's disposition (rt_sigaction). */
  SIGNAL_ACTION,
  /** Changes the signal mask (rt_sigprocmask). */
  SIGNAL_MASK,
  /** Sets the alternate signal stack (sigaltstack). */
  SIGNAL_STACK,
  /** Sends a signal to processes or threads named by pid (kill, tgkill ...). */
  SIGNAL_SEND,
  /** Takes a pending signal or waits for one (rt_sigtimedwait, rt_sigsuspend, pause). */
  SIGNAL_WAIT,
  /** Makes, arms, reads or deletes a timer of the process (alarm, setitimer, timer_create ...). */
  ALARM,
  /** Maps memory (mmap): the replica maps at the primary's address. */
  MMAP,
  /** Moves or resizes a mapping (mremap): the replica uses the primary's address. */
  MREMAP,
  /** Removes mappings (munmap). */
  MUNMAP,
  /** Changes the protection of pages (mprotect, pkey_mprotect). */
  MPROTECT,
  /** Moves the end of the heap (brk). */
  BRK,
  /** Sets the address the kernel clears at thread exit; returns the caller's tid. */
  TID_ADDRESS,
  /** Registers the robust futex list (set_robust_list). */
  ROBUST_LIST,
  /** Sets the FS base (arch_prctl ARCH_SET_FS): registers must be read afresh. */
  THREAD_POINTER,
  /** Asks for a CPU affinity, which is answered as asked while the member stays on its core. */
  AFFINITY,
  /** Reads a clock (clock_gettime, gettimeofday, time). */
  CLOCK,
  /** Waits for a child (wait4, waitid). */
  CHILD_WAIT,
  /** Makes a process group or a session, or changes to a group (setpgid, setsid). */
  GROUP,
  /** Attaches a System V shared memory segment (shmat). */
  SEGMENT_ATTACH,
  /** Detaches one (shmdt). */
  SEGMENT_DETACH;

  /**
   * Whether it matters to a signal if it is delivered before or after such a call: the call sets
   * dispositions or masks, sends, takes or times signals, or ends the program that has the
   * handlers.
   */
  public boolean concernsSignals() {
    switch (this) {
      case EXIT_THREAD:
      case EXIT_PROCESS:
      case EXEC:
      case BIRTH:
      case THREAD_BIRTH:
      case SIGNAL_ACTION:
      case SIGNAL_MASK:
      case SIGNAL_STACK:
      case SIGNAL_SEND:
      case SIGNAL_WAIT:
      case ALARM:
        return true;
      default:
        return false;
    }
  }

  /** Whether a signal that was meant for a handler may find none behind such a call. */
  public boolean replacesHandlers() {
    return this == SIGNAL_ACTION || this == EXEC;
  }
}
