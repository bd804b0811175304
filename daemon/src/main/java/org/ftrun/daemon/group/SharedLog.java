package org.ftrun.daemon.group;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import org.ftrun.eventlog.EventLog;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/** The event log in a memfd of this process, which the service's processes map by its path. */
final class SharedLog implements AutoCloseable {
  private static final int SYS_CLOSE = 3;
  private static final int SYS_MEMFD_CREATE = 319;
  private static final int MFD_CLOEXEC = 1;

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
    long descriptor = Libc.call(SYS_MEMFD_CREATE, name.address(), MFD_CLOEXEC);
    Reference.reachabilityFence(name);
    if (descriptor < 0) {
      throw new IOException("memfd_create: " + Libc.errorText((int) -descriptor));
    }
    boolean whole = false;
    try (RandomAccessFile file = new RandomAccessFile("/proc/self/fd/" + descriptor, "rw");
        FileChannel channel = file.getChannel()) {
      EventLog log = EventLog.create(channel, EventLogLayout.ofPayload(payloadBytes));
      whole = true;
      return new SharedLog((int) descriptor, log);
    } finally {
      if (!whole) {
        Libc.call(SYS_CLOSE, descriptor);
      }
    }
  }

  EventLog log() {
    return log;
  }

  /** Path by which another process opens the log. */
  String path() {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor;
  }

  @Override
  public void close() {
    log.close();
    Libc.call(SYS_CLOSE, descriptor);
  }
}
