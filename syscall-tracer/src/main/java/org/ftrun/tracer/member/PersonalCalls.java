package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** Notices the successful calls that change the {@link PersonalState}. */
final class PersonalCalls {
  private static final int F_DUPFD = 0;
  private static final int F_SETOWN = 8;
  private static final int F_SETOWN_EX = 15;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FIOSETOWN = 0x8901;
  private static final int SIOCSPGRP = 0x8902;
  private static final int F_OWNER_PID = 1;
  private static final int F_OWNER_PGRP = 2;
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int MADV_DONTFORK = 10;
  private static final int MADV_WIPEONFORK = 18;
  private static final int MCL_CURRENT = 1;
  private static final int ITIMERVAL_BYTES = 32;
  private static final long MICROS = 1_000_000;

  private static final SyscallRow DUP = SyscallTable.named("dup");
  private static final SyscallRow DUP2 = SyscallTable.named("dup2");
  private static final SyscallRow DUP3 = SyscallTable.named("dup3");
  private static final SyscallRow FCNTL = SyscallTable.named("fcntl");
  private static final SyscallRow IOCTL = SyscallTable.named("ioctl");
  private static final SyscallRow MADVISE = SyscallTable.named("madvise");
  private static final SyscallRow MLOCK = SyscallTable.named("mlock");
  private static final SyscallRow MLOCK2 = SyscallTable.named("mlock2");
  private static final SyscallRow MLOCKALL = SyscallTable.named("mlockall");
  private static final SyscallRow MUNLOCKALL = SyscallTable.named("munlockall");
  private static final SyscallRow PRCTL = SyscallTable.named("prctl");
  private static final SyscallRow SETITIMER = SyscallTable.named("setitimer");

  private final MemberThread member;
  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(ITIMERVAL_BYTES).order(ByteOrder.nativeOrder());

  PersonalCalls(MemberThread member) {
    this.member = member;
  }

  /**
   * A call has succeeded.
   *
   * @param result as the service sees it
   */
  void succeeded(CallInFlight call, long result) {
    PersonalState state = member.model().personal;
    SyscallRow row = call.row;
    if (row == FCNTL) {
      onFcntl(state, call, result);
    } else if (row == DUP || row == DUP2 || row == DUP3) {
      duplicated(state, (int) call.arguments[0], (int) result);
    } else if (row == IOCTL) {
      onIoctl(state, call);
    } else if (row == PRCTL && (int) call.arguments[0] == PR_SET_PDEATHSIG) {
      state.deathSignal = (int) call.arguments[1];
    } else if (row == MADVISE) {
      int advice = (int) call.arguments[2];
      state.marksMemory |= advice == MADV_DONTFORK || advice == MADV_WIPEONFORK;
    } else if (row == MLOCK || row == MLOCK2) {
      state.marksMemory = true;
    } else if (row == MLOCKALL) {
      state.marksMemory = true;
      int future = (int) call.arguments[0] & ~MCL_CURRENT;
      state.lockFuture = (future & 2) == 0 ? 0 : future;
    } else if (row == MUNLOCKALL) {
      state.lockFuture = 0;
    } else if (row == SETITIMER) {
      onTimer(state, call);
    }
  }

  private void onFcntl(PersonalState state, CallInFlight call, long result) {
    int descriptor = (int) call.arguments[0];
    switch ((int) call.arguments[1]) {
      case F_SETOWN:
        own(state, descriptor, F_OWNER_PID, (int) call.arguments[2]);
        break;
      case F_SETOWN_EX:
        if (read(call.arguments[2], 8)) {
          own(state, descriptor, bytes.getInt(0), bytes.getInt(4));
        }
        break;
      case F_DUPFD:
      case F_DUPFD_CLOEXEC:
        duplicated(state, descriptor, (int) result);
        break;
      default:
        break;
    }
  }

  private void onIoctl(PersonalState state, CallInFlight call) {
    int request = (int) call.arguments[1];
    if ((request == FIOSETOWN || request == SIOCSPGRP) && read(call.arguments[2], 4)) {
      own(state, (int) call.arguments[0], F_OWNER_PID, bytes.getInt(0));
    }
  }

  private void own(PersonalState state, int descriptor, int type, int owner) {
    if (type != F_OWNER_PGRP && owner == member.ids.pid()) {
      state.owned.put(descriptor, type);
    } else {
      state.owned.remove(descriptor);
    }
  }

  private void duplicated(PersonalState state, int descriptor, int copy) {
    if (SignalDescriptors.mayBeOne(member, descriptor)) {
      SignalDescriptors.note(member, copy);
    }
    Integer type = state.owned.get(descriptor);
    if (type == null) {
      state.owned.remove(copy);
    } else {
      state.owned.put(copy, type);
    }
  }

  private void onTimer(PersonalState state, CallInFlight call) {
    int which = (int) call.arguments[0];
    boolean counts = which == CpuTimer.ITIMER_VIRTUAL || which == CpuTimer.ITIMER_PROF;
    if (!counts) {
      return;
    }
    CpuTimer timer = which == CpuTimer.ITIMER_VIRTUAL ? state.virtualTimer : state.profilingTimer;
    if (call.arguments[1] == 0) {
      timer.set(member.processId(), 0, 0);
    } else if (read(call.arguments[1], ITIMERVAL_BYTES)) {
      long interval = bytes.getLong(0) * MICROS + bytes.getLong(8);
      timer.set(member.processId(), bytes.getLong(16) * MICROS + bytes.getLong(24), interval);
    }
  }

  private boolean read(long address, int length) {
    bytes.clear().limit(length);
    boolean whole = member.tracee.memory().read(new TraceeAddress(address), bytes) == length;
    bytes.clear();
    return whole;
  }
}
