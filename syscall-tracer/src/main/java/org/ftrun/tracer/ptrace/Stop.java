package org.ftrun.tracer.ptrace;

/** One report of wait4(2), decoded; see ptrace(2), "Stopped states". Reused by its reader. */
public final class Stop {
  private static final int SIGTRAP = 5;
  private static final int SYSGOOD = 0x80;
  private static final int EVENT_FORK = 1;
  private static final int EVENT_VFORK = 2;
  private static final int EVENT_CLONE = 3;
  private static final int EVENT_EXEC = 4;
  static final int EVENT_EXIT = 6;
  private static final int EVENT_STOP = 128;

  private int pid;
  private StopKind kind = StopKind.NONE;
  private int signal;
  private int status;

  /** The thread it is about. */
  public int pid() {
    return pid;
  }

  /** What happened. */
  public StopKind kind() {
    return kind;
  }

  /** The signal to deliver, that stopped or that killed; 0 if none. */
  public int signal() {
    return signal;
  }

  /** Exit status of EXITED, 0..255. */
  public int exitStatus() {
    return status >> 8 & 0xff;
  }

  Stop none() {
    pid = 0;
    kind = StopKind.NONE;
    signal = 0;
    return this;
  }

  Stop gone(int who) {
    pid = who;
    kind = StopKind.GONE;
    signal = 0;
    return this;
  }

  /** Decodes a wait status. */
  Stop decode(int who, int waitStatus) {
    pid = who;
    status = waitStatus;
    int low = waitStatus & 0x7f;
    if (low == 0) {
      kind = StopKind.EXITED;
      signal = 0;
    } else if (low != 0x7f) {
      kind = StopKind.KILLED;
      signal = low;
    } else {
      signal = waitStatus >> 8 & 0xff;
      kind = stopped(waitStatus >> 16);
    }
    return this;
  }

  private StopKind stopped(int event) {
    switch (event) {
      case 0:
        return signal == (SIGTRAP | SYSGOOD) ? StopKind.SYSCALL : StopKind.SIGNAL;
      case EVENT_FORK:
      case EVENT_VFORK:
      case EVENT_CLONE:
        return StopKind.BIRTH;
      case EVENT_EXEC:
        return StopKind.EXEC;
      case EVENT_EXIT:
        return StopKind.EXITING;
      case EVENT_STOP:
        return signal == SIGTRAP ? StopKind.TRAP : StopKind.GROUP_STOP;
      default:
        return StopKind.OTHER;
    }
  }

  @Override
  public String toString() {
    return kind + " of " + pid + (signal == 0 ? "" : " signal " + signal);
  }
}
