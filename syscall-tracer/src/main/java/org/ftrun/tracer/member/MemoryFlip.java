package org.ftrun.tracer.member;

import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fault of the replica's memory, for tests: a bit is not what it was. The system property {@code
 * ftrun.test.flip} says when, as {@code SYSCALL:N}: at the N-th call of that name which comes to a
 * replica's tracer; and the call says where: at the address in its first argument. Counted over all
 * replicas of the service. Without the property it costs a look at a constant.
 */
final class MemoryFlip {
  /** Name of the system property. */
  static final String PROPERTY = "ftrun.test.flip";

  private static final Logger LOG = LoggerFactory.getLogger(MemoryFlip.class);
  private static final Pattern FORM = Pattern.compile("([a-z0-9_]+):([1-9]\\d{0,8})");
  private static final MemoryFlip FLIP = parse(System.getProperty(PROPERTY));
  private static final boolean ENABLED = FLIP != null;

  private final SyscallRow row;
  private final long n;
  private final AtomicLong met = new AtomicLong();

  private MemoryFlip(SyscallRow row, long n) {
    this.row = row;
    this.n = n;
  }

  private static MemoryFlip parse(String text) {
    if (text == null) {
      return null;
    }
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      LOG.error("{} is not SYSCALL:N, ignored: {}", PROPERTY, text);
      return null;
    }
    return new MemoryFlip(SyscallTable.named(form.group(1)), Long.parseLong(form.group(2)));
  }

  /** A replica's call is about to be answered, or to be made by the replica itself. */
  static void reached(MemberThread member, CallInFlight call) throws TraceeDiedException {
    if (ENABLED && call.row == FLIP.row && FLIP.met.incrementAndGet() == FLIP.n) {
      TraceeAddress address = new TraceeAddress(call.arguments[0]);
      byte[] bytes = member.tracee.memory().readBytes(address, 1);
      bytes[0] ^= 1;
      boolean written = member.tracee.memory().writeBytes(address, bytes);
      LOG.info("the replica's memory at {} is {}", address, written ? "flipped" : "not writable");
    }
  }
}
