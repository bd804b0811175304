package org.ftrun.tracer.member;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A point in the life of a primary's call at which a test has it killed with SIGKILL. The system
 * property {@code ftrun.test.fault} names one as {@code POINT:SYSCALL:N}, for the N-th time that a
 * call of that name comes there while a replica follows, or {@code POINT:SYSCALL:N+} for every N-th
 * time. Times are counted over all primaries of the service. At every second strike the tracer goes
 * on only when the process stands at its exit event, at the others while it is still on its way
 * there. Without the property a point costs a look at a constant.
 */
enum FaultPoint {
  /** The call is about to be sent to the stub: the kernel has done nothing. */
  BEFORE_CALL,

  /**
   * The kernel has made a child process, which stands at its first stop as a copy of the member.
   */
  AT_BIRTH,

  /** The kernel has done its work, and no tracer has read its result yet. */
  BEFORE_RECORD,

  /** The tracer knows the result; what the kernel wrote is still to be read and recorded. */
  WHILE_RECORDING,

  /** The event is published; the service does not have the result yet. */
  AFTER_RECORD,

  /**
   * The event of a signal that comes before or behind the call is published, and it is not sent.
   */
  AFTER_SIGNAL;

  /** Name of the system property. */
  static final String PROPERTY = "ftrun.test.fault";

  /** Longer than a killed process takes to its exit event. */
  private static final long LATE_NANOS = 1_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(FaultPoint.class);
  private static final Fault FAULT = Fault.parse(System.getProperty(PROPERTY));
  private static final boolean ENABLED = FAULT != null;

  /**
   * The configured fault.
   *
   * @param repeated whether every N-th time counts, as opposed to the N-th
   */
  private record Fault(FaultPoint point, SyscallRow row, long n, boolean repeated, AtomicLong met) {
    private static final Pattern FORM =
        Pattern.compile("([A-Z_]+):([a-z0-9_]+):([1-9]\\d{0,8})(\\+?)");

    static Fault parse(String text) {
      if (text == null) {
        return null;
      }
      Matcher form = FORM.matcher(text);
      try {
        if (form.matches()) {
          return new Fault(
              FaultPoint.valueOf(form.group(1)),
              SyscallTable.named(form.group(2)),
              Long.parseLong(form.group(3)),
              !form.group(4).isEmpty(),
              new AtomicLong());
        }
      } catch (IllegalArgumentException e) {
        LOG.debug("no such point or call", e);
      }
      LOG.error("{} is not POINT:SYSCALL:N or POINT:SYSCALL:N+, ignored: {}", PROPERTY, text);
      return null;
    }

    boolean isDue() {
      long times = met.incrementAndGet();
      return repeated ? times % n == 0 : times == n;
    }
  }

  /**
   * The primary has come to this point of a call; kills it if that is the configured fault.
   *
   * @throws TraceeDiedException at AT_BIRTH and BEFORE_RECORD, so that the result is not known from
   *     this stop
   */
  void reached(EventRecorder recorder, MemberThread member, SyscallRow row)
      throws TraceeDiedException {
    if (ENABLED && FAULT.point == this && FAULT.row == row && recorder.isRecording()) {
      strike(member, row);
    }
  }

  private void strike(MemberThread member, SyscallRow row) throws TraceeDiedException {
    if (DaemonFault.isRehearsing(member.pid()) || !FAULT.isDue()) {
      return;
    }
    boolean late = FAULT.met.get() / FAULT.n % 2 == 0;
    LOG.info("fault point {} of {} kills process {}", this, row.name(), member.pid());
    Libc.call(SyscallNumber.KILL, member.pid(), Signal.SIGKILL);
    if (this == BEFORE_RECORD || this == AT_BIRTH) {
      throw TraceeDiedException.INSTANCE;
    }
    if (late) {
      // The process comes to its exit event meanwhile, where ptrace serves it as at any other stop.
      LockSupport.parkNanos(LATE_NANOS);
    }
  }
}
