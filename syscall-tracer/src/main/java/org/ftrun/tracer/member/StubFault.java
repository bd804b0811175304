package org.ftrun.tracer.member;

import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.DaemonFault;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has primaries killed at chosen instructions of the fast path, for tests. The system property
 * {@code ftrun.test.killInStub} is {@code SYSCALL:FIRST:STRIDE:KILLS}: each new primary is killed
 * in its {@value #CALLS}th fast call of that name, the first one when FIRST instructions of the
 * stub have been executed, each further one STRIDE instructions later, KILLS in all. {@code
 * :SIGNAL}, a number, behind it: by that signal instead of SIGKILL; a primary that survives it gets
 * the next one in its {@value #CALLS}th call from there. Without the property it costs a look at a
 * constant.
 *
 * <p>The primary stops at an int3 in place of the stub's entry, for there are machines whose debug
 * registers do nothing. Its replica has been cloned before, without it.
 */
final class StubFault {
  /** Name of the system property. */
  static final String PROPERTY = "ftrun.test.killInStub";

  private static final int CALLS = 10;
  private static final byte INT3 = (byte) 0xcc;
  private static final Pattern FORM =
      Pattern.compile("([a-z0-9_]+):(\\d{1,6}):([1-9]\\d{0,5}):(\\d{1,6})(?::(\\d{1,2}))?");
  private static final Logger LOG = LoggerFactory.getLogger(StubFault.class);
  private static final StubFault FAULT = parse(System.getProperty(PROPERTY));

  private final SyscallRow row;
  private final AtomicLong next;
  private final long stride;
  private final AtomicLong killsLeft;
  private final int signal;
  private int calls;

  private StubFault(SyscallRow row, long first, long stride, long kills, int signal) {
    this.row = row;
    this.next = new AtomicLong(first);
    this.stride = stride;
    this.killsLeft = new AtomicLong(kills);
    this.signal = signal;
  }

  private static StubFault parse(String text) {
    if (text == null) {
      return null;
    }
    Matcher form = FORM.matcher(text);
    try {
      if (form.matches()) {
        return new StubFault(
            SyscallTable.named(form.group(1)),
            Long.parseLong(form.group(2)),
            Long.parseLong(form.group(3)),
            Long.parseLong(form.group(4)),
            form.group(5) == null ? Signal.SIGKILL : Integer.parseInt(form.group(5)));
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("no such call", e);
    }
    LOG.error("{} is not SYSCALL:FIRST:STRIDE:KILLS[:SIGNAL], ignored: {}", PROPERTY, text);
    return null;
  }

  /** A replica follows the primary from here on. */
  static void arm(MemberThread member) throws TraceeDiedException {
    if (FAULT != null
        && FAULT.killsLeft.get() > 0
        && member.fastPath.isOn()
        && !DaemonFault.isRehearsing(member.pid())) {
      FAULT.calls = 0;
      enterWith(member, INT3);
    }
  }

  /**
   * A SIGTRAP has stopped the primary, whose registers are in member.now.
   *
   * @return whether it was one of this class's, and the primary runs again, or dies
   */
  static boolean handles(MemberThread member) throws TraceeDiedException {
    long enter = member.model().stub.at(StubLayout.ENTER);
    if (FAULT == null || member.now.rip() != enter + 1) {
      return false;
    }
    enterWith(member, StubLayout.image()[StubLayout.ENTER]);
    member.now.rip(enter).originalRax(-1);
    member.tracee.writeRegisters(member.now);
    if (member.now.rax() == FAULT.row.number()
        && FAULT.killsLeft.get() > 0
        && ++FAULT.calls == CALLS) {
      FAULT.calls = 0;
      FAULT.strike(member);
    } else {
      step(member);
      enterWith(member, INT3);
      member.tracee.resume(0);
    }
    return true;
  }

  private static void enterWith(MemberThread member, byte instruction) {
    TraceeAddress enter = new TraceeAddress(member.model().stub.at(StubLayout.ENTER));
    member.tracee.memory().forceWrite(enter, new byte[] {instruction});
  }

  private static Stop step(MemberThread member) throws TraceeDiedException {
    member.tracee.step();
    Stop stop = member.tracee.await();
    while (stop.kind() == StopKind.NONE) { // somebody wakes the tracer
      stop = member.tracee.await();
    }
    return stop;
  }

  private void strike(MemberThread member) throws TraceeDiedException {
    long instructions = next.getAndAdd(stride);
    killsLeft.decrementAndGet();
    for (long i = 0; i < instructions; i++) {
      Stop stop = step(member);
      if (stop.kind() != StopKind.SIGNAL || stop.signal() != Signal.SIGTRAP) {
        LOG.warn("{} instead of instruction {} of {}", stop, i, row);
        break;
      }
    }
    member.tracee.readRegisters(member.now);
    LOG.info(
        "process {} gets signal {} behind {} instructions of {}, at {} of the stub",
        member.pid(),
        signal,
        instructions,
        row,
        member.now.rip() - member.model().stub.at(0));
    Libc.call(SyscallNumber.KILL, member.pid(), signal);
    if (signal != Signal.SIGKILL) {
      enterWith(member, INT3);
      member.tracee.resume(0);
    }
  }
}
