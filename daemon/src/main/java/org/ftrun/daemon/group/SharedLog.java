package org.ftrun.daemon.group;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import org.ftrun.eventlog.EventLog;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/** The event log in a memfd of this process, which is passed to the service's processes. */
final class SharedLog implements AutoCloseable {
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_ADD_SEALS = 1033;

  /** F_SEAL_SEAL, F_SEAL_SHRINK and F_SEAL_GROW of fcntl(2). */
  private static final int FIXED_SIZE = 1 | 2 | 4;

  private final int descriptor;
  private final EventLog log;

  private SharedLog(int descriptor, EventLog log) {
    this.descriptor = descriptor;
    this.log = log;
  }

  /**
   * Creates the log.
   *
   * @param payloadBytes size of the payload ring
   * @throws IOException if there is no memory for it
   */
  static SharedLog create(long payloadBytes) throws IOException {
    NativeMemory name = NativeMemory.ofString("ftrun-event-log");
    long descriptor =
        Libc.call(SyscallNumber.MEMFD_CREATE, name.address(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    Reference.reachabilityFence(name);
    if (descriptor < 0) {
      throw new IOException("memfd_create: " + Libc.errorText((int) -descriptor));
    }
    boolean whole = false;
    try (RandomAccessFile file = new RandomAccessFile("/proc/self/fd/" + descriptor, "rw");
        FileChannel channel = file.getChannel()) {
      EventLog log = EventLog.create(channel, EventLogLayout.ofPayload(payloadBytes));
      // A service that cuts it short would have everybody fault who has mapped it.
      long result = Libc.call(SyscallNumber.FCNTL, descriptor, F_ADD_SEALS, FIXED_SIZE);
      if (result != 0) {
        log.close();
        throw new IOException("the event log cannot be sealed: " + Libc.errorText((int) -result));
      }
      whole = true;
      return new SharedLog((int) descriptor, log);
    } finally {
      if (!whole) {
        Libc.call(SyscallNumber.CLOSE, descriptor);
      }
    }
  }

  EventLog log() {
    return log;
  }

  /** Path by which the log's file can be opened again. */
  String path() {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor;
  }

  @Override
  public void close() {
    log.close();
    Libc.call(SyscallNumber.CLOSE, descriptor);
  }
}
