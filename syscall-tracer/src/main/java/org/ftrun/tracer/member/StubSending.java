package org.ftrun.tracer.member;

import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.patch.SitePatch;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.TimeoutUnit;

/**
 * Sends a primary at a call's site through the site's trampoline to the stub. The tracer could make
 * the call itself, but only the stub has an input of several buffers received into the log ({@link
 * DraftedInput}). It comes to the tracer again if the stub cannot do it; then it is the tracer's.
 */
final class StubSending {
  /** Room in the log with which the stub need not leave an ordinary call to the tracer, bytes. */
  private static final int ROOM = 1 << 20;

  private static final long NOT_SENT = Long.MIN_VALUE;

  private final PrimaryThread primary;
  private final MemberThread member;
  private final CallInFlight call;
  private final Registers entering = new Registers();

  /** Whether the stub may be able to do the call at whose site the service is. */
  private boolean promising;

  /** The last event that was published when it was sent to the stub, or {@link #NOT_SENT}. */
  private long sentBehind = NOT_SENT;

  StubSending(PrimaryThread primary) {
    this.primary = primary;
    this.member = primary.member;
    this.call = primary.call;
  }

  /**
   * The service has come to a site: from the stub, if that was told to stop, found the log full or
   * has refused the call.
   */
  void arrived() {
    promising =
        receives()
            && (member.fastPath.isStopRequested() | member.fastPath.foundLogFull())
            && sentBehind != published();
    sentBehind = NOT_SENT;
  }

  /** The service stands at a site since it was a replica. */
  void parked() {
    promising = true;
  }

  /** Sends the service to the stub, if that is better; it runs then. */
  boolean sends() throws TraceeDiedException {
    SitePatch patch = promising && isBetter() ? member.model().patches.of(call.site) : null;
    promising = false;
    if (patch == null) {
      return false;
    }
    primary.recorder.awaitRoom(ROOM);
    sentBehind = published();
    call.executing = false;
    entering.copyFrom(call.atSite);
    entering.rip(patch.entry());
    member.tracee.writeRegisters(entering);
    member.tracee.resume(0);
    return true;
  }

  /** As {@link #sends}, with a call that was interrupted before it received anything. */
  boolean sendsAgain() throws TraceeDiedException {
    promising = true;
    return sends();
  }

  private long published() {
    primary.recorder.catchUp();
    return primary.recorder.published();
  }

  private boolean receives() {
    return member.fastPath.isOn()
        && primary.recorder.isRecording()
        && call.row.consumesInput()
        && hasOutput()
        && !OutputRegions.isRaw(call.row, call.arguments);
  }

  private boolean isBetter() {
    return receives()
        && !primary.role.areSeveral()
        && !member.fastPath.isStopRequested()
        && call.transferred == 0
        && !call.signalled
        && !isTimed();
  }

  private boolean hasOutput() {
    for (int i = 0; i < call.row.arguments().size(); i++) {
      if (call.row.arguments().get(i).isOutput() && call.arguments[i] != 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether some of the time in which it has to end may have passed. */
  private boolean isTimed() {
    boolean hasTime = call.row.timeoutUnit() != TimeoutUnit.NONE;
    return member.model().timesSockets
        || hasTime && call.arguments[call.row.timeoutArgument()] != 0;
  }
}
