package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SignalLayout;
import org.ftrun.tracer.abi.TimeLayout;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * The calls for POSIX timers (timer_create(2) and so on), and those that take their signals. The
 * kernel's timers are never faster than {@link PosixTimers#LEAST_INTERVAL}, while the service sees
 * the interval that it set.
 */
final class PosixTimerCalls {
  private static final int TIMER_ABSTIME = 1;
  private static final int SIGEV_SIGNAL = 0;

  private static final SyscallRow CREATE = SyscallTable.named("timer_create");
  private static final SyscallRow SETTIME = SyscallTable.named("timer_settime");
  private static final SyscallRow GETTIME = SyscallTable.named("timer_gettime");
  private static final SyscallRow GETOVERRUN = SyscallTable.named("timer_getoverrun");
  private static final SyscallRow DELETE = SyscallTable.named("timer_delete");
  private static final SyscallRow RT_SIGTIMEDWAIT = SyscallTable.named("rt_sigtimedwait");
  private static final SyscallRow READ = SyscallTable.named("read");

  private final MemberThread member;
  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(SignalLayout.SIGINFO_SIZE).order(ByteOrder.nativeOrder());

  PosixTimerCalls(MemberThread member) {
    this.member = member;
  }

  /** Rewrites what is asked of the kernel if it is faster than it may be. */
  void prepare(CallInFlight call) {
    if (call.row != SETTIME || !read(call.arguments[2], TimeLayout.ITIMERSPEC_SIZE)) {
      return;
    }
    long interval = interval();
    if (interval != PosixTimers.inKernel(interval)) {
      putInterval(PosixTimers.inKernel(interval));
      TraceeAddress scratch = member.room().scratch();
      write(scratch.value(), TimeLayout.ITIMERSPEC_SIZE);
      call.asked[2] = scratch.value();
    }
  }

  /**
   * The call succeeded, or the primary's did: shows the service its own intervals, and notes what
   * it did.
   *
   * @param when System.nanoTime() of the primary's call, if it is one for timers
   * @return the result for the service
   */
  long succeeded(CallInFlight call, long result, long when) {
    if (call.row == RT_SIGTIMEDWAIT) {
      taken(call.arguments[1], (int) result);
    } else if (call.row == READ && SignalDescriptors.mayBeOne(member, (int) call.arguments[0])) {
      takenByDescriptor(call, result);
    }
    PosixTimers timers = member.model().posixTimers();
    if (call.row == CREATE) {
      created(call, timers);
      return result;
    }
    PosixTimer timer = timers.all().get((int) call.arguments[0]);
    if (timer == null) {
      return result;
    }
    if (call.row == SETTIME) {
      show(call.arguments[3], timer);
      if (read(call.arguments[2], TimeLayout.ITIMERSPEC_SIZE)) {
        boolean absolute = (call.arguments[1] & TIMER_ABSTIME) != 0;
        timer.set(when, nanos(TimeLayout.ITIMERSPEC_VALUE), interval(), absolute);
      }
    } else if (call.row == GETTIME) {
      show(call.arguments[1], timer);
    } else if (call.row == GETOVERRUN) {
      return timer.overrun();
    } else if (call.row == DELETE) {
      timers.all().remove((int) call.arguments[0]);
    }
    return result;
  }

  private void created(CallInFlight call, PosixTimers timers) {
    if (!read(call.arguments[2], Integer.BYTES)) {
      return;
    }
    int id = bytes.getInt(0);
    PosixTimer.Notification notification =
        new PosixTimer.Notification(id, Signal.SIGALRM, SIGEV_SIGNAL, 0);
    if (read(call.arguments[1], SignalLayout.SIGEVENT_USED)) {
      notification =
          new PosixTimer.Notification(
              bytes.getLong(SignalLayout.SIGEVENT_VALUE),
              bytes.getInt(SignalLayout.SIGEVENT_SIGNAL),
              bytes.getInt(SignalLayout.SIGEVENT_NOTIFY),
              bytes.getInt(SignalLayout.SIGEVENT_THREAD));
    }
    timers.all().put(id, new PosixTimer((int) call.arguments[0], notification));
  }

  /** A signal was taken by a wait for it, with or without its siginfo. */
  private void taken(long address, int signal) {
    PosixTimers timers = member.model().posixTimers();
    long now = System.nanoTime();
    if (read(address, SignalLayout.SIGINFO_SIZE)) {
      byte[] siginfo = new byte[SignalLayout.SIGINFO_SIZE];
      bytes.get(0, siginfo);
      timers.delivered(siginfo, now);
      return;
    }
    for (PosixTimer timer : timers.all().values()) {
      if (timer.notification.signal() == signal) {
        timer.expired(0, now);
      }
    }
  }

  private void takenByDescriptor(CallInFlight call, long result) {
    int size = SignalLayout.SIGNALFD_SIGINFO_SIZE;
    PosixTimers timers = member.model().posixTimers();
    for (long at = 0; !timers.all().isEmpty() && at + size <= result; at += size) {
      // What a primary has received may be in the log as yet.
      long from = call.redirectedFrom != 0 ? call.redirectedTo : call.arguments[1];
      if (read(from + at, size)) {
        timers.delivered(PosixTimers.ofDescriptor(bytes), System.nanoTime());
      }
    }
  }

  private void show(long address, PosixTimer timer) {
    long own = timer.interval();
    if (own == PosixTimers.inKernel(own)
        || !read(address, TimeLayout.ITIMERSPEC_SIZE)
        || interval() == 0) {
      return;
    }
    putInterval(own);
    write(address, TimeLayout.ITIMERSPEC_SIZE);
  }

  private long interval() {
    return nanos(TimeLayout.ITIMERSPEC_INTERVAL);
  }

  private long nanos(int at) {
    return PosixTimer.nanos(bytes.getLong(at), bytes.getLong(at + Long.BYTES));
  }

  private void putInterval(long nanos) {
    PosixTimersAgain.putTime(bytes, TimeLayout.ITIMERSPEC_INTERVAL, nanos);
  }

  private boolean read(long address, int length) {
    bytes.clear().limit(length);
    boolean whole =
        address != 0 && member.tracee.memory().read(new TraceeAddress(address), bytes) == length;
    bytes.clear();
    return whole;
  }

  /** Memory that cannot be written any more is that of a process which has ended. */
  private void write(long address, int length) {
    bytes.clear().limit(length);
    member.tracee.memory().write(new TraceeAddress(address), bytes);
    bytes.clear();
  }
}
