package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SignalLayout;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.abi.TimeLayout;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a stopped process make and arm the POSIX timers that its dead predecessor had. Since Linux
 * 6.15 a process can ask for an id (PR_TIMER_CREATE_RESTORE_IDS); before, ids are given in
 * ascending order, so timers are made and deleted until the wanted one comes.
 */
final class PosixTimersAgain {
  private static final Logger LOG = LoggerFactory.getLogger(PosixTimersAgain.class);

  /** Above that id a kernel that cannot be asked for one takes too long to come to it. */
  static final int HIGHEST_ID_BY_COUNTING = 2000;

  /** Name of the property that has ids come by counting, as on older kernels. */
  static final String COUNTING_PROPERTY = "ftrun.test.count-timer-ids";

  private static final int PR_TIMER_CREATE_RESTORE_IDS = 77;
  private static final int OFF = 0;
  private static final int ON = 1;
  private static final int GET = 2;
  private static final int TIMER_ABSTIME = 1;
  private static final int SIGEV_NONE = 1;
  private static final int SIGEV_THREAD_ID = 4;
  private static final long NANOS_A_SECOND = 1_000_000_000L;

  /** Where the id stands in the room for arguments, behind the struct sigevent. */
  private static final int ID = SignalLayout.SIGEVENT_SIZE;

  private final MemberThread member;
  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(ID + Integer.BYTES).order(ByteOrder.nativeOrder());

  PosixTimersAgain(MemberThread member) {
    this.member = member;
  }

  /** Whether this kernel gives a timer the id that it is asked for. */
  static boolean canAskForIds() {
    return !Boolean.getBoolean(COUNTING_PROPERTY)
        && Libc.call(SyscallNumber.PRCTL, PR_TIMER_CREATE_RESTORE_IDS, GET) >= 0;
  }

  /** Makes them all; one that cannot be made is lost, with a warning. */
  void make() throws TraceeDiedException {
    Map<Integer, PosixTimer> timers = member.model().posixTimers().all();
    if (timers.isEmpty()) {
      return;
    }
    boolean asks = canAskForIds() && switchIds(ON) == 0;
    for (Map.Entry<Integer, PosixTimer> timer : timers.entrySet()) {
      long result = make(timer.getKey(), timer.getValue(), asks);
      if (result == 0 && timer.getValue().isArmed()) {
        result = arm(member, timer.getKey(), timer.getValue());
      }
      if (result != 0) {
        LOG.warn("POSIX timer {} of the service is lost: errno {}", timer.getKey(), -result);
      }
    }
    if (asks) {
      switchIds(OFF);
    }
  }

  private long switchIds(int how) throws TraceeDiedException {
    return member.inject(SyscallNumber.PRCTL, PR_TIMER_CREATE_RESTORE_IDS, how);
  }

  private long make(int id, PosixTimer timer, boolean asks) throws TraceeDiedException {
    TraceeAddress event = member.room().scratch();
    int clock = member.ids.realClock(timer.clock);
    for (int tries = 0; tries <= HIGHEST_ID_BY_COUNTING; tries++) {
      describe(id, timer.notification);
      member.tracee.memory().write(event, bytes);
      long result =
          member.inject(SyscallNumber.TIMER_CREATE, clock, event.value(), event.plus(ID).value());
      bytes.clear();
      member.tracee.memory().read(event, bytes);
      int got = bytes.getInt(ID);
      if (result != 0 || got == id) {
        return result;
      }
      member.inject(SyscallNumber.TIMER_DELETE, got);
      if (asks || got > id) {
        break;
      }
    }
    return -Errno.EEXIST;
  }

  /** Nobody is notified by a timer for a thread that has ended; its time can still be asked for. */
  private void describe(int id, PosixTimer.Notification notification) {
    bytes.clear();
    bytes.putInt(ID, id);
    boolean forThread = (notification.how() & SIGEV_THREAD_ID) != 0;
    boolean ended = forThread && !member.ids.isOwn(notification.thread());
    bytes.putLong(SignalLayout.SIGEVENT_VALUE, notification.value());
    bytes.putInt(SignalLayout.SIGEVENT_SIGNAL, notification.signal());
    bytes.putInt(SignalLayout.SIGEVENT_NOTIFY, ended ? SIGEV_NONE : notification.how());
    bytes.putInt(
        SignalLayout.SIGEVENT_THREAD, forThread ? member.ids.real(notification.thread()) : 0);
  }

  private static long arm(MemberThread member, int id, PosixTimer timer)
      throws TraceeDiedException {
    return arm(member, id, timer, PosixTimers.inKernel(timer.interval()));
  }

  private static long arm(MemberThread member, int id, PosixTimer timer, long interval)
      throws TraceeDiedException {
    ByteBuffer spec =
        ByteBuffer.allocateDirect(TimeLayout.ITIMERSPEC_SIZE).order(ByteOrder.nativeOrder());
    putTime(spec, TimeLayout.ITIMERSPEC_INTERVAL, interval);
    putTime(spec, TimeLayout.ITIMERSPEC_VALUE, timer.rest(System.nanoTime()));
    TraceeAddress scratch = member.room().scratch();
    member.tracee.memory().write(scratch, spec);
    int flags = timer.isAbsolute() ? TIMER_ABSTIME : 0;
    return member.inject(SyscallNumber.TIMER_SETTIME, id, flags, scratch.value(), 0);
  }

  /** Gives the kernel the service's own intervals: from now on nobody stands between them. */
  static void giveBack(MemberThread member) throws TraceeDiedException {
    for (Map.Entry<Integer, PosixTimer> each : member.model().posixTimers().all().entrySet()) {
      PosixTimer timer = each.getValue();
      if (timer.isArmed() && timer.interval() != PosixTimers.inKernel(timer.interval())) {
        long result = arm(member, each.getKey(), timer, timer.interval());
        if (result != 0) {
          LOG.warn("POSIX timer {} keeps a longer interval: errno {}", each.getKey(), -result);
        }
      }
    }
  }

  /** Writes a struct timespec. */
  static void putTime(ByteBuffer bytes, int at, long nanos) {
    bytes.putLong(at + TimeLayout.TIMESPEC_SECONDS, nanos / NANOS_A_SECOND);
    bytes.putLong(at + TimeLayout.TIMESPEC_NANOSECONDS, nanos % NANOS_A_SECOND);
  }
}
