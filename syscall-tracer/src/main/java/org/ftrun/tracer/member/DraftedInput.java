package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.UnpublishedEvent;
import org.ftrun.tracer.capture.DraftRecord;
import org.ftrun.tracer.capture.OutputRecord;
import org.ftrun.tracer.ptrace.TraceeAddress;

/**
 * What a call of the fast path has received into a payload that the stub laid out for it: {@link
 * DraftRecord}. The tracer gives it to the service and records it where the stub did not come to
 * that. A call that it makes itself has no draft, nor has one that it makes again.
 */
final class DraftedInput {
  private final MemberThread member;
  private final CallInFlight call;
  private final EventRecorder recorder;
  private final OutputRecord regions = new OutputRecord();

  DraftedInput(PrimaryThread primary) {
    this.member = primary.member;
    this.call = primary.call;
    this.recorder = primary.recorder;
  }

  /** Whether the payload of an event that is not published is a draft. */
  static boolean isIn(UnpublishedEvent left) {
    return (left.flags() & EventRecorder.FLAG_DRAFT) != 0;
  }

  /** The draft of an event that is not published. */
  DraftRecord of(UnpublishedEvent left) {
    int room = left.draftRoom();
    if (recorder.adoptInput(room) < 0) {
      throw new IllegalStateException("no call has been given room for a draft");
    }
    return new DraftRecord(recorder.received(room), left.draftPieces());
  }

  /**
   * The call has returned: gives the service what it received, as the kernel would have, and keeps
   * the draft.
   *
   * @return whether the service's memory has taken it
   */
  boolean adopt(long result) {
    call.draft = of(recorder.unpublished());
    ByteBuffer record = recorder.received(call.draft.make(result));
    ByteBuffer bytes = record.duplicate();
    boolean taken = true;
    for (regions.wrap(record); regions.next(); bytes.clear()) {
      bytes.limit(regions.offset() + regions.length()).position(regions.offset());
      int written = member.tracee.memory().write(new TraceeAddress(regions.address()), bytes);
      taken &= written == regions.length();
    }
    return taken;
  }

  /**
   * Records the call, whatever there is of the service's memory.
   *
   * @param result for the event
   * @param written the result by which what was received is measured
   */
  void record(EventKind kind, int flags, long result, long written) {
    recorder.publishRecord(kind, call, flags, result, call.draft.make(written));
  }
}
