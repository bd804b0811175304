package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongPredicate;
import org.ftrun.eventlog.EventFlags;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.eventlog.UnpublishedEvent;
import org.ftrun.tracer.capture.OutputRecord;
import org.ftrun.tracer.capture.OutputRegions;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.syscall.SyscallRow;

/**
 * Writes what the primary learned into the event log. Knows three payloads of a call: none, the raw
 * bytes of its one buffer, or an {@link OutputRecord}; a call that wrote more than one event can
 * carry is preceded by MEMORY events.
 */
final class EventRecorder {
  /** Flag of SYSCALL and PARTIAL: the payload is the bytes of the one output buffer. */
  static final int FLAG_RAW = 1;

  /** Flag of SYSCALL: a SIGNAL follows and is delivered behind this call, before it returns. */
  static final int FLAG_SIGNAL_FOLLOWS = 2;

  /** Flag of SIGNAL: another one follows at the entry of this one's handler. */
  static final int FLAG_MORE = 4;

  /** Flag of SIGNAL: delivered at the entry of the previous one's handler. */
  static final int FLAG_CHAINED = 8;

  /** Flag of an event that is not published: its payload is a draft ({@link DraftedInput}). */
  static final int FLAG_DRAFT = 32;

  /** Flag of the SYSCALL of a birth: the child is a member. */
  static final int FLAG_MEMBER = EventFlags.CHILD_IS_MEMBER;

  /** Flag of a SIGNAL: the process ends by it, or leaves; the payload is as {@link ProcessEnd}. */
  static final int FLAG_ENDS = EventFlags.PROCESS_ENDS;

  /** A full log makes the primary wait this long for the replica before it is dropped. */
  static final long BACK_PRESSURE_NANOS = 3_000_000_000L;

  private final MemberThread member;
  private final EventLogWriter writer;
  private final GroupLink group;
  private final OutputRegions regions = new OutputRegions();
  private final Recording recording;
  private boolean muted;

  EventRecorder(MemberThread member, EventLogWriter writer, GroupLink group, Recording recording) {
    this.member = member;
    this.writer = writer;
    this.group = group;
    this.recording = recording;
  }

  /** Whether a replica follows the thread; if not, nothing is written. */
  boolean isRecording() {
    return !muted && recording.isOn();
  }

  /** Sets whether the thread is none of those that a replica follows, whatever others are. */
  void mute(boolean value) {
    muted = value;
  }

  void setRecording(boolean on) {
    recording.set(on);
  }

  /** Takes note of what the primary's own thread, which stands still, has published. */
  void catchUp() {
    if (member.fastPath.isOn()) {
      writer.catchUp();
    }
  }

  /** To be called before a replica begins to follow; all threads stand at call boundaries. */
  void beginLog() {
    catchUp();
    writer.emptyNextSlot();
  }

  /** What the primary's own thread, which stands still for ever, has begun in the next slot. */
  UnpublishedEvent unpublished() {
    return writer.unpublished();
  }

  /** Sequence number of the last event. */
  long published() {
    return writer.published();
  }

  /** The largest piece that is received into the payload ring or recorded in one event. */
  int largestPiece() {
    return writer.maxPayloadBytes() / 2;
  }

  /** As {@link #largestPiece()}, of any log. */
  static int largestPiece(EventLogLayout layout) {
    return (int) Math.min(layout.payloadBytes(), EventLogLayout.MAX_SEGMENT_BYTES) / 2;
  }

  /**
   * To be called before a call is executed: reads what the call will overwrite, also while there is
   * no replica, since one may be seeded before the call returns.
   */
  void enter(SyscallRow row, long[] arguments) {
    if (row.needsEntry()) {
      regions.enter(row, arguments, member.reader);
    }
  }

  /**
   * Reserves room for an input that the kernel shall write into the payload ring.
   *
   * @return its offset in the log, or -1 if the replica had to be dropped
   */
  long reserveInput(int bytes) {
    return reserve(bytes) ? writer.reservedOffset() : -1;
  }

  /** Waits until the log has so much room, as {@link #reserveInput} does. */
  void awaitRoom(int bytes) {
    reserve(Math.min(bytes, largestPiece()));
  }

  /**
   * As {@link #reserveInput}, for a call that the service's own thread has made: the room is what
   * it has chosen.
   */
  long adoptInput(int bytes) {
    group.history().count();
    return writer.unpublished().adoptRoom(bytes);
  }

  /** The first {@code length} bytes of the reservation, as received. */
  ByteBuffer received(int length) {
    ByteBuffer payload = writer.reservedPayload();
    payload.limit(length);
    return payload;
  }

  /** Publishes a call whose payload is in the reservation of {@link #reserveInput}. */
  void publishReceived(EventKind kind, CallInFlight call, int flags, long result, int length) {
    publish(kind, call, flags | FLAG_RAW, result, length);
  }

  /** Publishes a call whose payload, an {@link OutputRecord}, is in the reservation. */
  void publishRecord(EventKind kind, CallInFlight call, int flags, long result, int length) {
    publish(kind, call, flags, result, length);
  }

  /** {@link OutputRegions#anyListedEnd} of the call that was entered last. */
  boolean anyListedEnd(CallInFlight call, LongPredicate matches) {
    return regions.anyListedEnd(call.row, matches);
  }

  /** Publishes a call without outputs. */
  void publishPlain(CallInFlight call, int flags, long result) {
    if (isRecording() && reserve(0)) {
      publish(EventKind.SYSCALL, call, flags, result, 0);
    }
  }

  /** Publishes a call with all that the kernel wrote, read from the primary's memory. */
  void publishOutputs(EventKind kind, CallInFlight call, int flags, long result) {
    publishOutputs(kind, call, flags, result, result);
  }

  /**
   * As {@link #publishOutputs(EventKind, CallInFlight, int, long)}.
   *
   * @param written the result by which the outputs are measured
   */
  void publishOutputs(EventKind kind, CallInFlight call, int flags, long result, long written) {
    if (!isRecording()) {
      return;
    }
    regions.leave(call.row, call.arguments, written, member.reader);
    if (regions.totalLength() > largestPiece()) {
      publishMemory();
      if (reserve(0)) {
        publish(kind, call, flags, result, 0);
      }
      return;
    }
    int length = (int) OutputRecord.encodedLength(regions);
    if (!reserve(length)) {
      return;
    }
    int recorded = 0;
    if (length > 0) {
      ByteBuffer payload = writer.reservedPayload();
      payload.order(ByteOrder.LITTLE_ENDIAN);
      recorded = OutputRecord.write(regions, member.reader, payload);
    }
    publish(kind, call, flags, result, recorded);
  }

  private void publishMemory() {
    for (int i = 0; i < regions.count(); i++) {
      publishMemory(regions.address(i), regions.length(i));
    }
  }

  /** Publishes memory that a call has changed, ahead of the call's own event. */
  void publishMemory(long start, long bytes) {
    long address = start;
    while (address < start + bytes) {
      int piece = (int) Math.min(largestPiece(), start + bytes - address);
      if (!reserve(piece)) {
        return;
      }
      int read = member.tracee.memory().read(new TraceeAddress(address), received(piece));
      if (read <= 0) {
        return;
      }
      writer.publish(EventKind.MEMORY, 0, 0, member.thread().id, 0, 0, -1, 0, address, read);
      address += read;
    }
  }

  private void publish(EventKind kind, CallInFlight call, int flags, long result, int length) {
    int descriptor = call.row.descriptorArgument();
    group.history().record(writer.published() + 1, call.arguments);
    writer.publish(
        kind,
        flags,
        call.row.number(),
        member.thread().id,
        result,
        call.digest,
        descriptor < 0 ? -1 : (int) call.arguments[descriptor],
        call.site,
        call.detail,
        length);
  }

  /** Publishes that the thread, which has been born, begins to run. */
  void publishStart() {
    if (isRecording() && reserve(0)) {
      writer.publish(EventKind.START, 0, 0, member.thread().id, 0, 0, -1, 0, 0, 0);
    }
  }

  /**
   * Publishes that the thread gives up its turn in a loop of its own code.
   *
   * @param registers where it stands
   */
  void publishYield(Registers registers) {
    if (isRecording() && reserve(Registers.BYTES)) {
      registers.putInto(writer.reservedPayload());
      writer.publish(
          EventKind.YIELD, 0, 0, member.thread().id, 0, 0, -1, registers.rip(), 0, Registers.BYTES);
      group.yielded(writer.published());
    }
  }

  /** Publishes a signal that is delivered now. */
  void publishSignal(byte[] siginfo, int flags) {
    if (isRecording() && reserve(siginfo.length)) {
      writer.reservedPayload().put(0, siginfo);
      writer.publish(
          EventKind.SIGNAL,
          flags,
          0,
          member.thread().id,
          HeldSignals.signalOf(siginfo),
          0,
          -1,
          0,
          System.nanoTime(),
          siginfo.length);
    }
  }

  /**
   * Publishes that a process ends, whatever it is doing.
   *
   * @param id of its first thread
   * @param end as {@link ProcessEnd} has it
   */
  void publishEnd(int id, byte[] end) {
    if (isRecording() && reserve(end.length)) {
      writer.reservedPayload().put(0, end);
      writer.publish(EventKind.SIGNAL, FLAG_ENDS, 0, id, 0, 0, -1, 0, 0, end.length);
      group.ends(writer.published());
    }
  }

  /** Publishes a time stamp that the service read. */
  void publishTimeStamp(long value, long site) {
    if (isRecording() && reserve(0)) {
      writer.publish(EventKind.RDTSC, 0, 0, member.thread().id, value, 0, -1, site, 0, 0);
    }
  }

  /** Publishes a cpuid's answer: eax, ebx, ecx, edx. */
  void publishCpuid(int[] answer, long question, long site) {
    if (isRecording() && reserve(16)) {
      ByteBuffer payload = writer.reservedPayload();
      for (int i = 0; i < 4; i++) {
        payload.putInt(4 * i, answer[i]);
      }
      writer.publish(EventKind.CPUID, 0, 0, member.thread().id, 0, question, -1, site, 0, 16);
    }
  }

  /** Waits until the replica has consumed what is published, or is given up. */
  void awaitReplica() {
    String refusal = isRecording() ? group.awaitConsumed(published()) : null;
    if (refusal != null) {
      recording.set(false);
      group.replicaFailed(refusal);
    }
  }

  private boolean reserve(int bytes) {
    if (!isRecording()) {
      return false;
    }
    catchUp();
    group.history().count();
    if (writer.tryReserve(bytes) || writer.reserve(bytes, BACK_PRESSURE_NANOS)) {
      return true;
    }
    recording.set(false);
    group.replicaFailed(
        "the replica did not keep up: the event log stayed full for "
            + BACK_PRESSURE_NANOS / 1_000_000_000L
            + " s (a larger --log-size may help)");
    return false;
  }
}
