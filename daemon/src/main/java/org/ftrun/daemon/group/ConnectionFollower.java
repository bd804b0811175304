package org.ftrun.daemon.group;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventLog;
import org.ftrun.shadow.ReadingQueue;
import org.ftrun.shadow.ShadowConnection;
import org.ftrun.shadow.ShadowDetail;
import org.ftrun.shadow.ShadowHandler;
import org.ftrun.shadow.TcpShadow;

/** Keeps tcp-shadow following the event log while calls are recorded, on a thread of its own. */
final class ConnectionFollower {
  private static final long NAP_NANOS = 2_000_000;

  private final EventLog log;
  private final ReadingQueue readings;
  private TcpShadow shadow;
  private BatchEventProcessor<Event> processor;

  ConnectionFollower(EventLog log) {
    this.log = log;
    this.readings = new ReadingQueue(() -> log.cursor().get() + 1);
  }

  /**
   * Begins anew with the sockets that a process has: calls that were not recorded may have changed
   * them. Called on the primary's tracer while the primary stands still.
   */
  void begin(int pid) {
    end();
    TcpShadow fresh = new TcpShadow(readings);
    log.activate(Consumer.SHADOW);
    BatchEventProcessor<Event> next =
        log.processor(Consumer.SHADOW, new ShadowHandler(fresh), new Napping());
    File[] descriptors = new File("/proc/" + pid + "/fd").listFiles();
    for (File descriptor : descriptors == null ? new File[0] : descriptors) {
      if (isSocket(descriptor)) {
        readings.stopped(pid, Integer.parseInt(descriptor.getName()));
      }
    }
    synchronized (this) {
      shadow = fresh;
      processor = next;
    }
    Thread thread = new Thread(next, "shadow");
    thread.setDaemon(true);
    thread.start();
  }

  private static boolean isSocket(File descriptor) {
    try {
      return Files.readSymbolicLink(descriptor.toPath()).toString().startsWith("socket:");
    } catch (IOException e) {
      return false;
    }
  }

  /** Nothing is recorded any more. */
  void end() {
    synchronized (this) {
      if (processor == null) {
        return;
      }
      processor.halt();
      processor = null;
      shadow = null;
    }
    log.deactivate(Consumer.SHADOW);
  }

  /** A connection was accepted or begun; the primary's tracer says so before the event. */
  void established(int pid, int descriptor) {
    readings.established(pid, descriptor);
  }

  /** The detail of a call's event. */
  static long detail(int syscall, long[] arguments) {
    return ShadowDetail.of(syscall, arguments);
  }

  /** Open TCP connections, -1 when nothing is recorded. */
  synchronized long count() {
    return shadow == null ? -1 : shadow.openConnections();
  }

  /** All connections as of the log. */
  synchronized List<ConnectionStatus> connections() {
    return shadow == null
        ? List.of()
        : shadow.connections().stream().map(ConnectionFollower::status).toList();
  }

  private static ConnectionStatus status(ShadowConnection connection) {
    return new ConnectionStatus(
        connection.descriptor(),
        connection.local(),
        connection.remote(),
        connection.state().name(),
        connection.initialSendSequence(),
        connection.initialReceiveSequence(),
        connection.bytesReceived(),
        connection.bytesSent());
  }

  /** The shadow is in no hurry: it looks at the log every two milliseconds. */
  private static final class Napping implements WaitStrategy {
    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence dependent, SequenceBarrier barrier)
        throws AlertException {
      long available;
      while ((available = dependent.get()) < sequence) {
        barrier.checkAlert();
        LockSupport.parkNanos(NAP_NANOS);
      }
      return available;
    }

    @Override
    public void signalAllWhenBlocking() {
      // Nobody blocks.
    }
  }
}
