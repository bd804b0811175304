package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Descriptors whose signals went to the dead primary (fcntl(2), F_SETOWN): they go to the promoted
 * member from now on. What came while nobody owned a descriptor is told by one signal more.
 */
final class Owners {
  private static final Logger LOG = LoggerFactory.getLogger(Owners.class);
  private static final int F_GETFL = 3;
  private static final int F_GETSIG = 11;
  private static final int F_SETOWN_EX = 15;
  private static final int F_GETOWN_EX = 16;
  private static final int F_OWNER_PGRP = 2;
  private static final int O_ASYNC = 020000;
  private static final int POLLIN_OR_POLLPRI = 3;
  private static final int POLL_IN = 1;
  private static final int SI_CODE_OFFSET = 8;
  private static final int SI_BAND_OFFSET = 16;
  private static final int SI_FD_OFFSET = 24;

  private final MemberThread member;
  private final ByteBuffer words = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());

  Owners(MemberThread member) {
    this.member = member;
  }

  /**
   * Makes the member the owner of what its predecessor owned. What is queued must stay in the
   * kernel, so signals are to be blocked meanwhile.
   */
  void inherit(int predecessor) throws TraceeDiedException {
    for (Map.Entry<Integer, Integer> owned : member.model().personal.owned.entrySet()) {
      int descriptor = owned.getKey();
      long scratch = member.room().scratch().value();
      // Of an owner that is gone the kernel tells the type, and 0 as its pid.
      if (member.inject(SyscallNumber.FCNTL, descriptor, F_GETOWN_EX, scratch) != 0
          || !get()
          || words.getInt(0) == F_OWNER_PGRP
          || words.getInt(4) != predecessor && words.getInt(4) != 0) {
        continue; // closed meanwhile, or another's by now
      }
      put(owned.getValue(), member.processId());
      long result = member.inject(SyscallNumber.FCNTL, descriptor, F_SETOWN_EX, scratch);
      if (result != 0) {
        LOG.warn("descriptor {} has lost its owner: errno {}", descriptor, -result);
      } else {
        tellIfReady(descriptor);
      }
    }
  }

  private void tellIfReady(int descriptor) throws TraceeDiedException {
    long flags = member.inject(SyscallNumber.FCNTL, descriptor, F_GETFL);
    if (flags < 0 || (flags & O_ASYNC) == 0) {
      return;
    }
    put(descriptor, POLLIN_OR_POLLPRI);
    long scratch = member.room().scratch().value();
    if (member.inject(SyscallNumber.POLL, scratch, 1, 0) != 1) {
      return;
    }
    long chosen = member.inject(SyscallNumber.FCNTL, descriptor, F_GETSIG);
    int signal = chosen > 0 ? (int) chosen : Signal.SIGIO;
    ByteBuffer siginfo =
        ByteBuffer.allocate(HeldSignals.SIGINFO_BYTES).order(ByteOrder.nativeOrder());
    siginfo.putInt(0, signal).putInt(SI_CODE_OFFSET, POLL_IN);
    siginfo.putLong(SI_BAND_OFFSET, POLLIN_OR_POLLPRI & 1).putInt(SI_FD_OFFSET, descriptor);
    member.tracee.memory().writeBytes(new TraceeAddress(scratch), siginfo.array());
    member.inject(SyscallNumber.RT_SIGQUEUEINFO, member.pid(), signal, scratch);
  }

  private boolean get() {
    words.clear();
    return member.tracee.memory().read(member.room().scratch(), words) == 8;
  }

  private void put(int first, int second) {
    words.clear();
    words.putInt(0, first).putInt(4, second);
    member.tracee.memory().write(member.room().scratch(), words);
  }
}
