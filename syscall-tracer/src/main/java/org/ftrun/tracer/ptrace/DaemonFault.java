package org.ftrun.tracer.ptrace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A point at which a test has ftrun itself die of SIGKILL. The system property {@code
 * ftrun.test.dieAt} names it as {@code POINT:N}, for the N-th time that a tracer comes there. POINT
 * is a {@link Step}, or {@code WHO.WHAT.WHEN}: a stop of a {@link Who}, of the kind {@link What},
 * when it has been read (READ) or when all is ready to resume from it (RESUME). What the rehearsal
 * does before the service starts does not count. Without the property a point costs a look at a
 * constant.
 */
public final class DaemonFault {
  /** What a tracee is to its tracer. */
  public enum Who {
    /** The launcher, or a thread of whom nothing is known yet. */
    LAUNCHED,
    /** A thread of the primary. */
    PRIMARY,
    /** A clone that is being made a replica. */
    NEWBORN,
    /** A thread of the replica. */
    REPLICA
  }

  /** What a tracee has stopped for. */
  public enum What {
    /** SIGSYS of a call. */
    CALL,
    /** SIGTRAP, behind a call in the stub for instance. */
    TRAP,
    /** The trap behind a call of ours. */
    INJECTED,
    /** SIGSEGV. */
    FAULT,
    /** Any other signal. */
    SIGNAL,
    /** An interruption of ours, or the first stop of a thread. */
    INTERRUPT,
    /** SIGSTOP and the like. */
    GROUP_STOP,
    /** Another program. */
    EXEC,
    /** A clone, in the parent. */
    BIRTH,
    /** The end of a thread or process is at hand. */
    EXIT,
    /** Entry or exit of a call. */
    SYSCALL,
    /** It is about to be led on by one instruction. */
    STEP
  }

  /** A moment between stops. */
  public enum Step {
    /** The newborn exists, and nobody traces it. */
    CLONED,
    /** The newborn is traced, and would still die with its parent. */
    SEIZED,
    /** The newborn has all that a replica has. */
    DELIVERED,
    /** The primary records; its replica has begun. */
    RECORDING,
    /** The dead primary's last call is in the log. */
    SETTLED,
    /** The replica has been told that nothing will follow. */
    SEALED,
    /** The replica has consumed everything. */
    DRAINED,
    /** A thread of the replica would outlive ftrun. */
    OUTLIVES,
    /** The threads have what their predecessors left, the process has not. */
    INHERITED,
    /** The timers of the new primary run. */
    TIMED,
    /** The new primary has all that it needs. */
    COMPLETED,
    /** The group knows its new primary, which stands. */
    PROMOTED,
    /** All threads stand to be let go, their calls completed. */
    LEAVING,
    /** The fast path is undone. */
    UNPATCHED,
    /** Calls are not intercepted any more, and all signals are blocked. */
    LIFTED,
    /** The service's own dispositions are in the kernel. */
    RESTORED,
    /** Held signals are queued, the log is unmapped. */
    UNMAPPED,
    /** All is undone, the process is about to be let go. */
    LEFT
  }

  /** Name of the system property. */
  static final String PROPERTY = "ftrun.test.dieAt";

  private static final Pattern FORM =
      Pattern.compile("([A-Z_]+(?:\\.[A-Z_]+){0,2}):([1-9]\\d{0,8})");
  private static final Logger LOG = LoggerFactory.getLogger(DaemonFault.class);
  private static final DaemonFault FAULT = parse(System.getProperty(PROPERTY));

  private final String point;
  private final long n;
  private final AtomicLong met = new AtomicLong();

  private DaemonFault(String point, long n) {
    this.point = point;
    this.n = n;
  }

  private static DaemonFault parse(String text) {
    if (text == null) {
      return null;
    }
    Matcher form = FORM.matcher(text);
    try {
      if (form.matches()) {
        return new DaemonFault(known(form.group(1)), Long.parseLong(form.group(2)));
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("no such point", e);
    }
    LOG.error("{} is not POINT:N, ignored: {}", PROPERTY, text);
    return null;
  }

  private static String known(String point) {
    String[] parts = point.split("\\.");
    if (parts.length == 1) {
      return Step.valueOf(point).name();
    }
    if (parts.length != 3 || !parts[2].equals("READ") && !parts[2].equals("RESUME")) {
      throw new IllegalArgumentException(point);
    }
    return Who.valueOf(parts[0]) + "." + What.valueOf(parts[1]) + "." + parts[2];
  }

  /**
   * A tracer has come to a step.
   *
   * @param pid of a process of the service
   */
  public static void reached(Step step, int pid) {
    if (FAULT != null) {
      FAULT.reached(step.name(), pid);
    }
  }

  /** A stop has been read, and nothing has been done about it. */
  static void read(Who who, What what, int pid) {
    if (FAULT != null) {
      FAULT.reached(who + "." + what + ".READ", pid);
    }
  }

  /** The tracee is about to be resumed, its registers as they are to be. */
  static void resuming(Who who, What what, int pid) {
    if (FAULT != null) {
      FAULT.reached(who + "." + what + ".RESUME", pid);
    }
  }

  private void reached(String reached, int pid) {
    if (point.equals(reached) && !isRehearsing(pid) && met.incrementAndGet() == n) {
      LOG.info("{} of process {}: ftrun dies", PROPERTY, pid);
      Libc.call(SyscallNumber.KILL, Libc.call(SyscallNumber.GETPID), Signal.SIGKILL);
    }
  }

  /** Whether it is no service but the launcher's tiny child on which takeovers are rehearsed. */
  public static boolean isRehearsing(int pid) {
    try {
      Path program = Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"));
      return program.endsWith("ftrun-launcher");
    } catch (IOException e) {
      LOG.debug("process {} has ended", pid);
      return true;
    }
  }
}
