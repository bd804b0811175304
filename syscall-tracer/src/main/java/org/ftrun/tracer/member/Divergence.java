package org.ftrun.tracer.member;

import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.capture.ArgumentDigest;
import org.ftrun.tracer.capture.DigestInversion;
import org.ftrun.tracer.capture.WrittenDigest;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/** Divergence reports: what the primary did, what the replica did instead, and where. */
final class Divergence {
  private Divergence() {}

  /** The replica stands elsewhere than the next event. */
  static String report(
      Event event, MemberThread member, CallInFlight call, String at, ArgumentHistory history) {
    StringBuilder text = new StringBuilder("divergence at event ").append(event.sequence());
    text.append(" (thread ").append(event.threadId()).append(")\n");
    boolean ofOtherBytes = isOfOtherBytes(event, call);
    long[] arguments = ofOtherBytes ? call.arguments : history.of(event.sequence());
    boolean byDigest = arguments == null;
    if (byDigest) {
      arguments = argumentsByDigest(event, call);
    }
    text.append("  primary: ").append(primary(event, arguments)).append('\n');
    text.append("  replica: ").append(at).append(' ').append(replica(member, call));
    if (ofOtherBytes) {
      text.append("\n  the arguments are equal, the written bytes differ");
    } else if (byDigest && arguments != null) {
      text.append("\n  the primary's arguments follow from their digest");
    }
    return text.toString();
  }

  /** The stub keeps no arguments: null if they differ from the replica's in several places. */
  private static long[] argumentsByDigest(Event event, CallInFlight call) {
    if (!isOfCall(event) || call.row == null) {
      return null;
    }
    SyscallRow row = SyscallTable.row(event.syscall());
    // With --verify full only half of a digest is of the arguments.
    boolean whole = call.digest == ArgumentDigest.of(call.row, call.arguments);
    return whole
        ? DigestInversion.arguments(row, event.digest(), event.descriptor(), call.arguments)
        : null;
  }

  private static boolean isOfCall(Event event) {
    return event.kind() == EventKind.SYSCALL || event.kind() == EventKind.PARTIAL;
  }

  private static boolean isOfOtherBytes(Event event, CallInFlight call) {
    return isOfCall(event)
        && call.row != null
        && event.syscall() == call.row.number()
        && event.site() == call.site
        && WrittenDigest.isOfOtherBytes(event.digest(), call.digest);
  }

  /** A call that both members make had different results. */
  static String result(
      Event event, MemberThread member, CallInFlight call, long own, ArgumentHistory history) {
    if (event == null) {
      return "divergence: the event of " + call.row.name() + " vanished";
    }
    return report(event, member, call, "got " + own + " from", history);
  }

  private static String primary(Event event, long[] arguments) {
    switch (event.kind()) {
      case SYSCALL:
      case PARTIAL:
        SyscallRow row = SyscallTable.row(event.syscall());
        return row.name()
            + arguments(row, arguments)
            + " = "
            + event.result()
            + where(event.site());
      case SIGNAL:
        return "signal " + event.result();
      default:
        return event.kind() + where(event.site());
    }
  }

  private static String replica(MemberThread member, CallInFlight call) {
    if (call.row == null) {
      return "before its first call" + where(member.now.rip());
    }
    return call.row.name() + arguments(call.row, call.arguments) + where(call.site);
  }

  private static String arguments(SyscallRow row, long[] values) {
    if (values == null) {
      return "(arguments not kept)";
    }
    StringBuilder text = new StringBuilder("(");
    for (int i = 0; i < row.arguments().size(); i++) {
      text.append(i == 0 ? "" : ", ").append(row.arguments().get(i).name());
      text.append("=0x").append(Long.toHexString(values[i]));
    }
    return text.append(')').toString();
  }

  private static String where(long site) {
    return " at 0x" + Long.toHexString(site);
  }
}
