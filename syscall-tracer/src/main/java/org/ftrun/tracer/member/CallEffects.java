package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.FastTable;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * The calls that change what the tracer knows of the process, and those whose arguments the kernel
 * must not see as they are: no mask or disposition that reaches the kernel may hold back the
 * signals that we own. The same in both members, so that their models stay equal.
 */
final class CallEffects {
  private static final int SIGSET_BYTES = 8;
  private static final int ACTION_BYTES = 32;

  /**
   * Offset of uc_sigmask in struct ucontext, at which the stack pointer stands at rt_sigreturn:
   * uc_flags, uc_link, uc_stack and 256 bytes of uc_mcontext before it (asm/ucontext.h).
   */
  private static final int FRAME_MASK = 8 + 8 + 24 + 256;

  /** Offset of rip there: the 17th of the registers in uc_mcontext. */
  private static final int FRAME_ADDRESS = 8 + 8 + 24 + 16 * 8;

  private static final int SIG_BLOCK = 0;
  private static final int SIG_UNBLOCK = 1;
  private static final int SIG_SETMASK = 2;

  /** UAPI_SA_FLAGS of the kernel's asm-generic/signal-defs.h and SA_RESTORER. */
  private static final long KNOWN_FLAGS = 0xdc00_0807L;

  private static final long NEVER_MASKED =
      SignalActions.bit(Signal.SIGKILL) | SignalActions.bit(Signal.SIGSTOP);

  private static final int SOL_SOCKET = 1;
  private static final SyscallRow SETSOCKOPT = SyscallTable.named("setsockopt");
  private static final SyscallRow SIGNALFD = SyscallTable.named("signalfd");
  private static final SyscallRow SIGNALFD4 = SyscallTable.named("signalfd4");
  private static final SyscallRow RT_SIGPENDING = SyscallTable.named("rt_sigpending");

  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 0x1;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_FIXED = 0x10;
  private static final int MREMAP_FIXED = 2;

  private final MemberThread member;
  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(ACTION_BYTES).order(ByteOrder.nativeOrder());
  private final PersonalCalls personal;
  final TemporaryMasks masks;

  /** Under which ids kernel and service know each other. */
  final CallIdentities identities;

  final AffinityCalls affinities;
  private final RealTimerCalls realTimer;
  private final PosixTimerCalls posixTimers;

  private SignalAction newAction;
  private long newHidden;

  CallEffects(MemberThread member) {
    this.member = member;
    this.personal = new PersonalCalls(member);
    this.masks = new TemporaryMasks(member);
    this.identities = new CallIdentities(member);
    this.affinities = new AffinityCalls(member);
    this.realTimer = new RealTimerCalls(member);
    this.posixTimers = new PosixTimerCalls(member);
  }

  /** Rewrites what is asked of the kernel where it must differ from what the service asks. */
  void prepare(CallInFlight call) throws TraceeDiedException {
    SyscallRole role = call.resolution.role();
    prepareMemory(call);
    identities.prepare(call);
    realTimer.prepare(call);
    posixTimers.prepare(call);
    if (role == SyscallRole.SIGNAL_ACTION) {
      prepareAction(call);
    } else if (role == SyscallRole.SIGNAL_MASK) {
      prepareMask(call);
    } else if (call.row.temporaryMaskArgument() >= 0) {
      masks.prepare(call);
    }
  }

  /**
   * Memory that is about to be replaced, or to become writable, loses its patches; what was
   * writable until now may get some.
   */
  void prepareMemory(CallInFlight call) throws TraceeDiedException {
    TimeStampUse.beforeCall(member, call);
    long[] arguments = call.arguments;
    switch (call.resolution.role()) {
      case MMAP:
        if ((arguments[3] & MAP_FIXED) != 0) {
          member.fastPath.unpatch(arguments[0], arguments[1]);
        }
        break;
      case MREMAP:
        member.fastPath.unpatch(arguments[0], arguments[1]);
        if ((arguments[3] & MREMAP_FIXED) != 0) {
          member.fastPath.unpatch(arguments[4], arguments[2]);
        }
        break;
      case MUNMAP:
        member.fastPath.unpatch(arguments[0], arguments[1]);
        break;
      case MPROTECT:
        if ((arguments[2] & PROT_WRITE) != 0) {
          member.fastPath.unpatch(arguments[0], arguments[1]);
        } else {
          member.fastPath.lookAgain(arguments[0], arguments[1]);
        }
        break;
      default:
        break;
    }
  }

  /**
   * Completes what the service sees of a call that was executed, and keeps the model true.
   *
   * @param when System.nanoTime() of the primary's call
   * @return the result for the service
   */
  long finish(CallInFlight call, long result, long when) {
    if (result < 0) {
      return result;
    }
    personal.succeeded(call, result);
    realTimer.succeeded(call, when);
    result = posixTimers.succeeded(call, result, when);
    if (call.row == RT_SIGPENDING && !member.hiddenPending.isEmpty()) {
      addToSet(call.arguments[0], member.hiddenPending.signals());
    }
    ProcessModel model = member.model();
    if (call.row == SIGNALFD || call.row == SIGNALFD4) {
      model.usesSignalDescriptors = true;
      SignalDescriptors.note(member, (int) result);
    }
    if (setsSocketTime(call)) {
      model.timesSockets = true;
      member.fastPath.timeSockets();
    }
    switch (call.resolution.role()) {
      case BIRTH:
        model.children.born((int) result);
        return result;
      case CHILD_WAIT:
        model.children.waited(member, call, result);
        return result;
      case SIGNAL_ACTION:
        return finishAction(call);
      case SIGNAL_MASK:
        return finishMask(call);
      case TID_ADDRESS:
        member.thread().tidAddress = call.arguments[0];
        return result;
      case ROBUST_LIST:
        member.thread().robustList = call.arguments[0];
        member.thread().robustLength = call.arguments[1];
        return result;
      case SIGNAL_STACK:
        noteAlternateStack(call);
        return result;
      case AFFINITY:
        affinities.succeeded(call, result);
        return result;
      case MMAP:
        model.sharesFiles |= (call.arguments[3] & (MAP_SHARED | MAP_ANONYMOUS)) == MAP_SHARED;
        model.sharedFiles().unmapped(result, call.arguments[1]);
        if (SharedFiles.isMadeBy(call)) {
          model.sharedFiles().mapped(member, call, result);
        }
        return result;
      case MUNMAP:
        model.sharedFiles().unmapped(call.arguments[0], call.arguments[1]);
        return result;
      case SEGMENT_ATTACH:
        model.sharedFiles().attached((int) call.arguments[0], result);
        return result;
      case SEGMENT_DETACH:
        long bytes = model.sharedFiles().bytesAt(call.arguments[0]);
        model.sharedFiles().unmapped(call.arguments[0], bytes);
        return result;
      default:
        return result;
    }
  }

  private static boolean setsSocketTime(CallInFlight call) {
    return call.row == SETSOCKOPT
        && (int) call.arguments[1] == SOL_SOCKET
        && FastTable.SOCKET_TIMES.contains((int) call.arguments[2]);
  }

  /**
   * The file whose shared mapping is about to become writable, or null: the replica would write to
   * it what the primary has written before.
   */
  String fileMadeWritable(CallInFlight call) {
    if (!member.model().sharesFiles
        || call.resolution.role() != SyscallRole.MPROTECT
        || (call.arguments[2] & PROT_WRITE) == 0) {
      return null;
    }
    return MappingsOf.sharedOf(member.pid())
        .fileIn(call.arguments[0], call.arguments[1], member.model().sharedFiles());
  }

  private void prepareAction(CallInFlight call) {
    newAction = null;
    int signal = (int) call.arguments[0];
    if (call.arguments[3] != SIGSET_BYTES || signal < 1 || signal > 64) {
      return;
    }
    call.asked[2] = 0;
    if (call.arguments[1] == 0) {
      return;
    }
    if (!read(call.arguments[1], ACTION_BYTES)) {
      return;
    }
    newAction =
        new SignalAction(
            bytes.getLong(0),
            bytes.getLong(8) & KNOWN_FLAGS,
            bytes.getLong(16),
            bytes.getLong(24) & ~NEVER_MASKED);
    boolean owned = (SignalActions.OWNED & SignalActions.bit(signal)) != 0;
    bytes.putLong(24, newAction.mask() & ~SignalActions.OWNED);
    if (owned) {
      Lifeline.describe(member.model().stub, newAction, bytes);
    }
    call.asked[1] = toScratch(ACTION_BYTES);
  }

  private long finishAction(CallInFlight call) {
    int signal = (int) call.arguments[0];
    SignalActions actions = member.model().actions;
    SignalAction old = actions.of(signal);
    if (newAction != null) {
      actions.set(signal, newAction);
      if ((SignalActions.OWNED & SignalActions.bit(signal)) != 0) {
        member.lifeline.tellActions();
      }
      if (newAction.isIgnore()) {
        member.hiddenPending.drop(signal); // as the kernel drops what is pending
      }
    }
    if (call.arguments[2] == 0) {
      return 0;
    }
    bytes.putLong(0, old.handler()).putLong(8, old.flags());
    bytes.putLong(16, old.restorer()).putLong(24, old.mask());
    return write(call.arguments[2], ACTION_BYTES) ? 0 : -Errno.EFAULT;
  }

  private void prepareMask(CallInFlight call) {
    newHidden = member.thread().hiddenMask;
    if (call.arguments[1] == 0
        || call.arguments[3] != SIGSET_BYTES
        || !read(call.arguments[1], SIGSET_BYTES)) {
      return;
    }
    long set = bytes.getLong(0);
    switch ((int) call.arguments[0]) {
      case SIG_BLOCK:
        newHidden |= set & SignalActions.OWNED;
        break;
      case SIG_UNBLOCK:
        newHidden &= ~set;
        break;
      case SIG_SETMASK:
        newHidden = set & SignalActions.OWNED;
        break;
      default:
        return;
    }
    if ((set & SignalActions.OWNED) != 0) {
      bytes.putLong(0, set & ~SignalActions.OWNED);
      call.asked[1] = toScratch(SIGSET_BYTES);
    }
  }

  private long finishMask(CallInFlight call) {
    long before = member.thread().hiddenMask;
    member.thread().hiddenMask = newHidden;
    member.lifeline.tellHidden();
    if (call.arguments[2] != 0 && before != 0) {
      addToSet(call.arguments[2], before);
    }
    return 0;
  }

  /**
   * A handler returns by rt_sigreturn. Its frame saves the mask that the kernel knew; an owned
   * signal that the handler put in there is taken out again.
   *
   * @return the mask that the kernel will restore; all signals if there is no frame
   */
  long leaveHandler(CallInFlight call) {
    member.thread().leaveHandler();
    returnThroughPatches(call.atSite.rsp() + FRAME_ADDRESS);
    long frame = call.atSite.rsp() + FRAME_MASK;
    if (!read(frame, SIGSET_BYTES)) {
      return -1;
    }
    long mask = bytes.getLong(0);
    if ((mask & SignalActions.OWNED) != 0) {
      member.thread().hiddenMask |= mask & SignalActions.OWNED;
      mask &= ~SignalActions.OWNED;
      bytes.putLong(0, mask);
      write(frame, SIGSET_BYTES);
    }
    member.lifeline.tellHidden();
    return mask;
  }

  private void returnThroughPatches(long frame) {
    if (!read(frame, Long.BYTES)) {
      return;
    }
    long address = bytes.getLong(0);
    long moved = member.fastPath.moved(address);
    if (moved != address) {
      bytes.putLong(0, moved);
      write(frame, Long.BYTES);
    }
  }

  /** Where the service goes on behind the handler that returns by this call; 0 if unreadable. */
  long addressBehindHandler(CallInFlight call) {
    return read(call.atSite.rsp() + FRAME_ADDRESS, Long.BYTES) ? bytes.getLong(0) : 0;
  }

  private void noteAlternateStack(CallInFlight call) {
    if (call.arguments[0] != 0 && read(call.arguments[0], ThreadModel.AlternateStack.BYTES)) {
      member.thread().alternateStack = ThreadModel.AlternateStack.of(bytes);
    }
  }

  private void addToSet(long address, long signals) {
    if (read(address, SIGSET_BYTES)) {
      bytes.putLong(0, bytes.getLong(0) | signals);
      write(address, SIGSET_BYTES);
    }
  }

  /** The hidden signals once the executed call has returned. */
  long hiddenAfter() {
    return newHidden;
  }

  /** Whether the mask that the executed call sets lets a signal through that was hidden. */
  boolean releasesHidden(CallInFlight call) {
    return call.resolution.role() == SyscallRole.SIGNAL_MASK
        && (member.hiddenPending.signals() & ~newHidden) != 0;
  }

  private boolean read(long address, int length) {
    bytes.clear().limit(length);
    boolean whole = member.tracee.memory().read(new TraceeAddress(address), bytes) == length;
    bytes.clear();
    return whole;
  }

  private boolean write(long address, int length) {
    bytes.clear().limit(length);
    boolean whole = member.tracee.memory().write(new TraceeAddress(address), bytes) == length;
    bytes.clear();
    return whole;
  }

  private long toScratch(int length) {
    TraceeAddress scratch = member.room().scratch();
    write(scratch.value(), length);
    return scratch.value();
  }
}
