package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventReader;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.capture.OutputRecord;
import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;

/** Answers the replica's calls from the event log, or has it make those that both members make. */
final class ReplicaCalls {
  private static final int MAP_SHARED = 0x1;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_FIXED = 0x10;
  private static final int READ_WRITE = 3;
  private static final int SUSPEND_SCRATCH = 192;

  private final ReplicaThread replica;
  private final MemberThread member;
  private final CallInFlight call;
  private final EventReader reader;
  private final CallEffects effects;
  private final ThreadBirth birth;
  private final OutputRecord record = new OutputRecord();
  private final Registers asked = new Registers();
  private long behindResult;
  private int suspendedSignal;
  private boolean more;
  private byte[] suspendedSiginfo;

  ReplicaCalls(ReplicaThread replica, EventReader reader) {
    this.replica = replica;
    this.member = replica.member;
    this.call = replica.call;
    this.reader = reader;
    this.effects = new CallEffects(member);
    this.birth = new ThreadBirth(member, call);
  }

  /**
   * Answers the call at which the replica stands.
   *
   * @return null, or a divergence report
   */
  String consume(Event event) throws TraceeDiedException {
    if (event.syscall() != call.row.number()
        || event.digest() != call.digest
        || event.descriptor() != call.descriptor()
        || event.site() != call.site) {
      return Divergence.report(event, member, call, "CALL", replica.history());
    }
    MemoryFlip.reached(member, call);
    if (event.kind() == EventKind.PARTIAL) {
      String defect = inject(event);
      if (defect != null) {
        return defect;
      }
      call.transferred = event.result();
      reader.consume();
      return null;
    }
    if (call.resolution.role() == SyscallRole.SIGNAL_RETURN) {
      returnFromHandler((event.flags() & EventRecorder.FLAG_SIGNAL_FOLLOWS) != 0);
      return null;
    }
    if (call.resolution.role() == SyscallRole.EXIT_THREAD) {
      reader.consume();
      replica.leaving();
      new RobustList(member).giveToKernel();
      ask(call.row.number(), call.asked);
      return null;
    }
    SyscallClass syscallClass = call.resolution.syscallClass();
    if (syscallClass == SyscallClass.BOTH || syscallClass == SyscallClass.RENDEZVOUS) {
      return execute(event);
    }
    return answer(event);
  }

  private void returnFromHandler(boolean signalFollows) throws TraceeDiedException {
    reader.consume();
    effects.leaveHandler(call);
    if (signalFollows) {
      // A trap that is held back until the return restores the handler frame's mask.
      replica.expectChain();
      member.tracee.setSignalMask(-1L);
      Libc.call(SyscallNumber.TGKILL, member.processId(), member.pid(), Signal.SIGTRAP);
    }
    ask(call.row.number(), call.asked);
    call.executing = false;
  }

  private String answer(Event event) throws TraceeDiedException {
    String defect = inject(event);
    if (defect != null) {
      return defect;
    }
    if ((event.flags() & EventRecorder.FLAG_MEMBER) != 0) {
      String refusal = replica.role.processes().join(member, event);
      if (refusal != null) {
        return refusal;
      }
      member.model().children.memberBorn((int) event.result());
    }
    long result = effects.finish(call, event.result(), event.detail());
    boolean signalFollows = (event.flags() & EventRecorder.FLAG_SIGNAL_FOLLOWS) != 0;
    reader.consume();
    if (signalFollows) {
      behindResult = result;
      replica.behindCall();
      return null;
    }
    member.afterCall(call.atSite, null, result);
    member.tracee.writeRegisters(call.atSite);
    replica.run();
    return null;
  }

  /** Writes what the kernel wrote in the primary. */
  private String inject(Event event) {
    int length = event.payloadLength();
    if (length == 0) {
      return null;
    }
    ByteBuffer payload = event.payload();
    if ((event.flags() & EventRecorder.FLAG_RAW) != 0) {
      if (!OutputRegions.isRaw(call.row, call.arguments)) {
        return "event " + event.sequence() + ": raw payload for " + call.row;
      }
      int taken = OutputRegions.rawLength(call.row, call.arguments, event.result());
      if (length > taken) {
        return "event "
            + event.sequence()
            + ": "
            + length
            + " bytes for a "
            + call.row
            + " that takes "
            + taken;
      }
      TraceeAddress address = new TraceeAddress(OutputRegions.rawAddress(call.row, call.arguments));
      int written = member.tracee.memory().write(address, payload);
      return written == length ? null : "event " + event.sequence() + ": unwritable " + address;
    }
    record.wrap(payload);
    while (record.next()) {
      payload.limit(record.offset() + record.length()).position(record.offset());
      int written = member.tracee.memory().write(new TraceeAddress(record.address()), payload);
      payload.clear();
      if (written != record.length()) {
        return "event " + event.sequence() + ": memory of " + call.row + " is not writable";
      }
    }
    return record.defect() == OutputRecord.Defect.NONE
        ? null
        : "event " + event.sequence() + ": malformed payload: " + record.defect();
  }

  /** Memory that a call wrote, ahead of the call's own event. */
  String writeMemory(Event event) {
    TraceeAddress address = new TraceeAddress(event.detail());
    int written = member.tracee.memory().write(address, event.payload());
    if (written != event.payloadLength()) {
      return "event " + event.sequence() + ": unwritable " + address;
    }
    reader.consume();
    return null;
  }

  private String execute(Event event) throws TraceeDiedException {
    if (call.resolution.role() == SyscallRole.THREAD_BIRTH && event.detail() != 0) {
      long room = birth.prepare(event.detail());
      if (room != event.detail()) {
        return "event " + event.sequence() + ": " + call.row + " finds its room at " + room;
      }
    }
    if (event.result() < 0 && event.result() > -4096) {
      // What failed in the primary changed nothing, here neither.
      effects.prepareMemory(call);
      return answer(event);
    }
    effects.prepare(call);
    if (call.resolution.role() == SyscallRole.MMAP) {
      long end = event.result() + call.arguments[1];
      if (member.model().patches.hasRoomIn(event.result(), end)) {
        return "event " + event.sequence() + ": " + call.row + " where this member has trampolines";
      }
      call.asked[0] = event.result();
      call.asked[3] |= MAP_FIXED;
      if (SharedFiles.isMadeBy(call)) {
        call.asked[3] = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
        call.asked[4] = -1;
        call.asked[5] = 0;
      }
    }
    ask(instead(event), call.asked);
    return null;
  }

  /** The number of the call to make; a segment's place is taken by memory of the replica's own. */
  private int instead(Event event) {
    SyscallRole role = call.resolution.role();
    if (role == SyscallRole.SEGMENT_ATTACH) {
      SharedSegment segment = SharedSegment.of((int) call.arguments[0]);
      long bytes = segment == null ? 0 : segment.size(); // the call will fail, which is told
      long[] own = {
        event.result(), bytes, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0
      };
      System.arraycopy(own, 0, call.asked, 0, own.length);
      return SyscallNumber.MMAP;
    }
    if (role == SyscallRole.SEGMENT_DETACH) {
      call.asked[1] = member.model().sharedFiles().bytesAt(call.arguments[0]);
      return SyscallNumber.MUNMAP;
    }
    return call.row.number();
  }

  private void ask(int number, long[] arguments) throws TraceeDiedException {
    asked.copyFrom(call.atSite);
    asked.arguments(arguments).rax(number).originalRax(-1);
    asked.rip(member.model().stub.execute());
    member.tracee.writeRegisters(asked);
    call.executing = true;
    replica.running();
    member.tracee.resume(0);
  }

  /** The replica has made a call that both members make. */
  String executed() throws TraceeDiedException {
    call.executing = false;
    Event event = reader.peek();
    if (event != null && call.resolution.role() == SyscallRole.THREAD_BIRTH) {
      return born(event, member.now.rax());
    }
    long own = effects.identities.given(call, member.now.rax());
    if (event == null || own != event.result()) {
      return Divergence.result(event, member, call, own, replica.history());
    }
    return returned(event);
  }

  private String returned(Event event) throws TraceeDiedException {
    long result = effects.finish(call, event.result(), event.detail());
    if (SharedFiles.isMadeBy(call) || call.resolution.role() == SyscallRole.SEGMENT_ATTACH) {
      replica.role.processes().share(member); // while the primary waits
    }
    boolean signalFollows = (event.flags() & EventRecorder.FLAG_SIGNAL_FOLLOWS) != 0;
    reader.consume();
    if (signalFollows) {
      behindResult = result;
      call.atSite.segmentBases(member.now);
      return standBehind();
    }
    TimeStampUse.afterCall(member, call, result);
    member.afterCall(call.atSite, member.now, result);
    member.tracee.writeRegisters(call.atSite);
    replica.run();
    return null;
  }

  /** The primary's thread has borne another, and so has this member's. */
  private String born(Event event, long tid) throws TraceeDiedException {
    if (tid < 0) {
      return Divergence.result(event, member, call, tid, replica.history());
    }
    int id = (int) event.result();
    MemberThread newborn = birth.born((int) tid, id, null);
    replica.role.add(newborn, birth.start(newborn));
    return returned(event);
  }

  /** The signal that should have come behind the call died with the primary: go on without. */
  void leaveBehindCall() throws TraceeDiedException {
    member.afterCall(call.atSite, null, behindResult);
    member.tracee.writeRegisters(call.atSite);
  }

  private String standBehind() {
    replica.behindCall();
    return null;
  }

  /** Delivers a signal where the primary took it: at the call's site, or behind it. */
  String deliver(Event event, boolean behind) throws TraceeDiedException {
    if (event.payloadLength() != HeldSignals.SIGINFO_BYTES) {
      return "event " + event.sequence() + ": a signal without its siginfo";
    }
    byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
    event.payload().get(0, siginfo);
    int signal = HeldSignals.signalOf(siginfo);
    if (signal < 1 || signal > 64) {
      return "event " + event.sequence() + ": signal " + signal;
    }
    long when = event.detail();
    member.model().posixTimers().delivered(siginfo, when);
    more = (event.flags() & EventRecorder.FLAG_MORE) != 0;
    boolean chained = (event.flags() & EventRecorder.FLAG_CHAINED) != 0;
    reader.consume();
    if (chained) {
      enter(signal, siginfo);
    } else if (behind && call.row.temporaryMaskArgument() >= 0) {
      suspend(signal, siginfo);
    } else {
      if (behind) {
        member.afterCall(call.atSite, null, behindResult);
      }
      member.tracee.writeRegisters(call.atSite);
      enter(signal, siginfo);
    }
    if (signal == Signal.SIGALRM) {
      member.model().realTimer.expired(when);
    }
    return null;
  }

  private void enter(int signal, byte[] siginfo) throws TraceeDiedException {
    member.tracee.writeSiginfo(siginfo);
    member.enterHandler(signal);
    if (more) {
      // Makes the replica stop again at the entry of this handler, where the next signal came.
      replica.expectChain();
      Libc.call(SyscallNumber.TGKILL, member.processId(), member.pid(), Signal.SIGTRAP);
    }
    replica.run(signal);
  }

  /**
   * The signal came under a temporary mask: the kernel must know it, for the handler's frame saves
   * the mask behind it. So the replica waits with that mask for the same signal.
   */
  private void suspend(int signal, byte[] siginfo) throws TraceeDiedException {
    long mask = effects.masks.of(call);
    if (mask == -1) {
      member.afterCall(call.atSite, null, behindResult);
      member.tracee.writeRegisters(call.atSite);
      enter(signal, siginfo);
      return;
    }
    TraceeAddress set = member.room().scratch().plus(SUSPEND_SCRATCH);
    member.tracee.memory().writeLong(set, mask);
    suspendedSignal = signal;
    suspendedSiginfo = siginfo;
    ask(SyscallNumber.RT_SIGSUSPEND, new long[] {set.value(), 8, 0, 0, 0, 0});
    call.executing = false;
    Libc.call(SyscallNumber.TGKILL, member.processId(), member.pid(), signal);
  }

  /** Whether the replica waits for this signal under a temporary mask. */
  boolean suspendedFor(int signal) {
    return suspendedSignal == signal;
  }

  /** The signal has ended the wait under a temporary mask. */
  void deliverSuspended() throws TraceeDiedException {
    int signal = suspendedSignal;
    suspendedSignal = 0;
    member.afterCall(call.atSite, null, behindResult);
    member.tracee.writeRegisters(call.atSite);
    enter(signal, suspendedSiginfo);
  }
}
