package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SignalLayout;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.syscall.IdKind;
import org.ftrun.tracer.syscall.IdRule;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * Lets the kernel see real ids and the service virtual ones, in arguments, results and memory of
 * its calls. Arguments, events and the memory of both members have the virtual ones, so that they
 * are equal.
 */
final class CallIdentities {
  private static final int F_OWNER_PGRP = 2;
  private static final int OWNER_BYTES = 8;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;

  private static final SyscallRow SETSID = SyscallTable.named("setsid");

  private final MemberThread member;
  private final VirtualIds ids;
  private final ControlCredentials credentials;
  private final ProcPaths paths;
  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(SignalLayout.SIGINFO_SIZE).order(ByteOrder.nativeOrder());

  CallIdentities(MemberThread member) {
    this.member = member;
    this.ids = member.ids;
    this.credentials = new ControlCredentials(member);
    this.paths = new ProcPaths(member);
  }

  /** Has the kernel asked about the ids that it knows; what is asked must be what is wanted. */
  void prepare(CallInFlight call) {
    for (IdRule rule : SyscallTable.ids(call.row, call.arguments)) {
      if (rule.place() == IdRule.Place.TAKES) {
        take(call, rule);
      } else if (rule.place() == IdRule.Place.NAMES) {
        name(call, rule);
      }
    }
    if (call.resolution.role() == SyscallRole.GROUP && call.row != SETSID) {
      prepareGroup(call);
    }
    paths.prepare(call);
  }

  private void take(CallInFlight call, IdRule rule) {
    int index = rule.argument();
    boolean rewritten = call.asked[index] != call.arguments[index];
    int given = (int) call.arguments[index];
    int real = real(kindOf(rule.kind(), (int) call.arguments[0]), given);
    if (!rewritten && real != given) {
      call.asked[index] = real;
    }
  }

  /** The registers of a call that the kernel is going to get from the service itself. */
  void prepareNative(CallInFlight call) {
    for (IdRule rule : SyscallTable.ids(call.row, call.arguments)) {
      if (rule.place() == IdRule.Place.TAKES) {
        int given = (int) call.arguments[rule.argument()];
        int real = real(kindOf(rule.kind(), (int) call.arguments[0]), given);
        if (real != given) {
          call.atSite.argument(rule.argument(), real);
        }
      }
    }
  }

  /** What the argument before it makes of an id. */
  private static IdKind kindOf(IdKind kind, int type) {
    return switch (kind) {
      case PRIORITY_WHO -> type == 0 ? IdKind.PID : type == 1 ? IdKind.GROUP : IdKind.PROCESS;
      case ID_OF_TYPE -> type == 1 ? IdKind.PID : type == 2 ? IdKind.GROUP : IdKind.PROCESS;
      default -> kind;
    };
  }

  private int real(IdKind kind, int id) {
    return switch (kind) {
      case PID -> id > 0 ? ids.real(id) : id;
      case GROUP -> id > 0 ? ids.realGroup(id) : id;
      case PID_OR_GROUP ->
          id > 0 ? ids.real(id) : id < -1 && id != Integer.MIN_VALUE ? -ids.realGroup(-id) : id;
      case CLOCK -> ids.realClock(id);
      default -> id;
    };
  }

  private int virtual(IdKind kind, int id) {
    return switch (kind) {
      case PROCESS, THREAD, PID -> id > 0 ? ids.virtual(id) : id;
      case PARENT -> id > 0 ? ids.parent(id) : id;
      case GROUP -> id > 0 ? ids.virtualGroup(id) : id;
      case SESSION -> id > 0 ? ids.virtualSession(id) : id;
      case PID_OR_GROUP ->
          id > 0
              ? ids.virtual(id)
              : id < -1 && id != Integer.MIN_VALUE ? -ids.virtualGroup(-id) : id;
      default -> id;
    };
  }

  private void name(CallInFlight call, IdRule rule) {
    long address = call.arguments[rule.argument()];
    if (rule.kind() == IdKind.CREDENTIALS) {
      long changed = credentials.toReal(address);
      if (changed != 0) {
        call.asked[rule.argument()] = changed;
      }
      return;
    }
    boolean owner = rule.kind() == IdKind.OWNER;
    int at = owner ? Integer.BYTES : rule.offset();
    int length = at + Integer.BYTES;
    if (address == 0 || !read(address, length)) {
      return;
    }
    int given = bytes.getInt(at);
    int real = real(owner ? ownerKind() : rule.kind(), given);
    if (real != given) {
      bytes.putInt(at, real);
      call.asked[rule.argument()] = member.room().scratch().value();
      write(call.asked[rule.argument()], length);
    }
  }

  private IdKind ownerKind() {
    return bytes.getInt(0) == F_OWNER_PGRP ? IdKind.GROUP : IdKind.PID;
  }

  /** A process that is in the group that it calls its own stays there. */
  private void prepareGroup(CallInFlight call) {
    int group = (int) call.arguments[1];
    if (group == 0 || group == ids.pid()) {
      int now = realGroup();
      call.asked[1] = ids.virtualGroup(now) == ids.pid() ? now : 0;
    }
  }

  private int realGroup() {
    return (int) Libc.call(SyscallNumber.GETPGID, member.pid());
  }

  /** What the service is told by the result of a call that this member has made. */
  long given(CallInFlight call, long result) {
    if (call.resolution.role() == SyscallRole.GROUP && result >= 0) {
      noteGroup(call);
    }
    return given(SyscallTable.ids(call.row, call.arguments), result);
  }

  /** As {@link #given(CallInFlight, long)}, of a call without commands. */
  long given(SyscallRow row, long result) {
    return given(row.ids(), result);
  }

  private long given(List<IdRule> rules, long result) {
    for (IdRule rule : rules) {
      if (rule.place() == IdRule.Place.GIVES) {
        // F_GETOWN gives a group as a negative number; EBADF is its only error.
        boolean group = rule.kind() == IdKind.PID_OR_GROUP && result != -Errno.EBADF;
        return result >= 0 || group ? virtual(rule.kind(), (int) result) : result;
      }
    }
    return result;
  }

  private void noteGroup(CallInFlight call) {
    int now = realGroup();
    if (call.row == SETSID) {
      ids.leadSession(now);
    } else if (now == member.pid()) {
      ids.leadGroup(now);
    } else if (ids.virtualGroup(now) != ids.pid()) {
      ids.leaveGroup();
    }
  }

  /**
   * Changes what the kernel wrote to the service's memory in a call that has returned.
   *
   * @param received what was received into the event log instead, or null
   */
  void show(CallInFlight call, long result, ByteBuffer received) {
    for (IdRule rule : SyscallTable.ids(call.row, call.arguments)) {
      long address = call.arguments[rule.argument() < 0 ? 0 : rule.argument()];
      if (rule.place() == IdRule.Place.NAMES) {
        copyBack(call, rule);
      } else if (rule.place() == IdRule.Place.SHOWS && result >= 0 && address != 0) {
        show(call, rule, address, result, received);
      }
    }
  }

  /** A kernel that refuses a structure may have written what stands before the id. */
  private void copyBack(CallInFlight call, IdRule rule) {
    int index = rule.argument();
    boolean copied = call.asked[index] == member.room().scratch().value();
    if (copied
        && rule.offset() > 0
        && call.row.arguments().get(index).isOutput()
        && read(call.asked[index], rule.offset())) {
      write(call.arguments[index], rule.offset());
    }
  }

  private void show(
      CallInFlight call, IdRule rule, long address, long result, ByteBuffer received) {
    switch (rule.kind()) {
      case SIGNALFD -> showSignals(call, address, result, received);
      case CREDENTIALS -> credentials.toVirtual(call, result);
      case SIGNAL -> {
        if (read(address, SignalLayout.SIGINFO_PID + Integer.BYTES)
            && HeldSignals.namesProcess(bytes.getInt(0), bytes.getInt(SignalLayout.SIGINFO_CODE))) {
          showAt(IdKind.PID, address + SignalLayout.SIGINFO_PID);
        }
      }
      case OWNER -> {
        if (read(address, OWNER_BYTES)) {
          showAt(ownerKind(), address + Integer.BYTES);
        }
      }
      case PEER -> {
        if ((int) call.arguments[1] == SOL_SOCKET && (int) call.arguments[2] == SO_PEERCRED) {
          showAt(IdKind.PID, address);
        }
      }
      default -> showAt(rule.kind(), address + rule.offset());
    }
  }

  private void showAt(IdKind kind, long address) {
    if (read(address, Integer.BYTES)) {
      int real = bytes.getInt(0);
      int virtual = virtual(kind, real);
      if (virtual != real) {
        bytes.putInt(0, virtual);
        write(address, Integer.BYTES);
      }
    }
  }

  private void showSignals(CallInFlight call, long address, long result, ByteBuffer received) {
    int size = SignalLayout.SIGNALFD_SIGINFO_SIZE;
    if (result <= 0 || !new SignalDescriptors(member).isOne((int) call.arguments[0])) {
      return;
    }
    for (int at = 0; at + size <= result; at += size) {
      if (received == null) {
        showAt(IdKind.PID, address + at + SignalLayout.SIGNALFD_SIGINFO_PID);
      } else {
        int offset = at + SignalLayout.SIGNALFD_SIGINFO_PID;
        ByteBuffer log = received.duplicate().order(ByteOrder.nativeOrder());
        log.putInt(offset, virtual(IdKind.PID, log.getInt(offset)));
      }
    }
  }

  /** A signal as the service is to see it; the one that is given is not changed. */
  byte[] shown(byte[] siginfo) {
    if (!HeldSignals.namesProcess(HeldSignals.signalOf(siginfo), HeldSignals.codeOf(siginfo))) {
      return siginfo;
    }
    byte[] copy = siginfo.clone();
    int sender = virtual(IdKind.PID, HeldSignals.senderOf(siginfo));
    ByteBuffer.wrap(copy).order(ByteOrder.nativeOrder()).putInt(SignalLayout.SIGINFO_PID, sender);
    return copy;
  }

  private boolean read(long address, int length) {
    bytes.clear().limit(length);
    boolean whole = member.tracee.memory().read(new TraceeAddress(address), bytes) == length;
    bytes.clear();
    return whole;
  }

  /** Memory that the service cannot be told by any more is that of a process which has ended. */
  private void write(long address, int length) {
    bytes.clear().limit(length);
    member.tracee.memory().write(new TraceeAddress(address), bytes);
    bytes.clear();
  }
}
