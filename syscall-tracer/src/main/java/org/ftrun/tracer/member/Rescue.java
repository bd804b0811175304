package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the service back to itself after a defect of ours, wherever it stands: nobody waits for a
 * stop that has been reported already, so it must not be left in one.
 */
final class Rescue {
  private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);

  private final PrimaryThread primary;
  private final PrimaryCalls calls;
  private final MemberThread member;
  private final CallInFlight call;

  Rescue(PrimaryThread primary, PrimaryCalls calls) {
    this.primary = primary;
    this.calls = calls;
    this.member = primary.member;
    this.call = primary.call;
  }

  /**
   * Ends protection.
   *
   * @param service the service's registers, or null if they are the thread's
   * @return the role to go on with
   */
  Role rescue(Registers service, String reason) {
    primary.role.recording.set(false);
    try {
      primary.group.dropReplica(reason);
      if (member.tracee.hasUnreadStop()) {
        throw TraceeDiedException.INSTANCE; // it ran already, and has come to another stop
      }
      Registers now = new Registers();
      member.tracee.readRegisters(now);
      if (!call.executing && member.fastPath.isInside(now.rip())) {
        primary.role.requestNative(reason);
        member.tracee.resume(0);
        return primary.role;
      }
      if (call.executing) {
        return end(now, call.atSite, reason);
      }
      return end(now, service == null ? standing(now) : service, reason);
    } catch (TraceeDiedException e) {
      LOG.debug("the primary runs or dies, it is released at its next call boundary");
      primary.role.requestNative(reason);
      return primary.role;
    } catch (RuntimeException | Error e) {
      LOG.error("the primary could not be released: {}", e.toString(), e);
      return primary.role;
    }
  }

  private Role end(Registers now, Registers registers, String reason) throws TraceeDiedException {
    if (!primary.role.areSeveral()) {
      return primary.role.standingAt(registers).protection.end(reason);
    }
    if (call.executing && member.model().stub.isTrapped(now.rip())) {
      primary.standing.returned(now);
    } else if (call.executing) {
      primary.standing.inCall();
    } else {
      primary.standing.inCode(registers);
    }
    primary.role.requestNative(reason);
    return primary.role;
  }

  /** The registers of a service that stands in its own code; what made it stop is not lost. */
  private Registers standing(Registers now) throws TraceeDiedException {
    Stop stop = member.tracee.lastStop();
    if (stop.kind() != StopKind.SIGNAL) {
      return now;
    }
    byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
    member.tracee.readSiginfo(stop.signal(), siginfo);
    int code = HeldSignals.codeOf(siginfo);
    if (stop.signal() == Signal.SIGSYS && code == PrimaryThread.SYS_USER_DISPATCH) {
      call.begin(now);
      return call.atSite;
    }
    // Faults come again by themselves.
    if (!PrimarySignals.isSynchronous(stop.signal(), siginfo)
        && (member.held.signals() & SignalActions.bit(stop.signal())) == 0) {
      member.held.add(siginfo);
    }
    return now;
  }
}
