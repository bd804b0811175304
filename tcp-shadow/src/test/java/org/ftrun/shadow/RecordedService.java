package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.YieldingWaitStrategy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventLog;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.tracer.member.FollowedProcess;

/**
 * Stands for a service and its tracer: what it does to real sockets is written to a real event log,
 * which the shadow follows on a thread of its own.
 */
final class RecordedService implements AutoCloseable {
  private static final int PID = (int) ProcessHandle.current().pid();
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final FileChannel channel;
  private final EventLog log;
  private final EventLogWriter writer;
  private final BatchEventProcessor<Event> processor;
  private final Thread follower;
  private final ReadingQueue readings;
  final TcpShadow shadow;

  RecordedService(Path directory) throws IOException {
    channel =
        FileChannel.open(
            directory.resolve("log"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    log = EventLog.create(channel, EventLogLayout.ofPayload(1 << 20));
    writer = log.writer();
    writer.activate(Consumer.SHADOW);
    readings = new ReadingQueue(() -> writer.published() + 1);
    shadow = new TcpShadow(readings, 0, List.of(new FollowedProcess(PID, PID, List.of(PID))));
    processor =
        log.processor(
            Consumer.SHADOW,
            new ShadowHandler(shadow, new InFlightQuestions()),
            new YieldingWaitStrategy());
    follower = new Thread(processor, "shadow");
    follower.start();
  }

  /** Publishes a call that was made. */
  long logged(String name, long result, long... arguments) {
    long[] all = new long[6];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    int syscall = RawSocket.number(name);
    assertThat(writer.reserve(0, LIMIT_NANOS)).isTrue();
    long detail = ShadowDetail.of(syscall, all);
    writer.publish(EventKind.SYSCALL, 0, syscall, PID, result, 0, (int) all[0], 0, detail, 0);
    return result;
  }

  RawSocket socket(int family) {
    RawSocket socket = RawSocket.open(family, 0);
    logged("socket", socket.descriptor, family, SocketAbi.SOCK_STREAM, 0);
    return socket;
  }

  RawSocket listener(int family) {
    RawSocket socket = socket(family);
    socket.bind(0);
    assertThat(logged("listen", socket.call("listen", 100), socket.descriptor, 100)).isZero();
    return socket;
  }

  RawSocket accept(RawSocket listener) {
    RawSocket accepted = listener.accept();
    logged("accept4", accepted.descriptor, listener.descriptor, 0, 0, 0);
    return accepted;
  }

  /** A connect that was read, but whose event never came: the service died there. */
  void connectUnlogged(RawSocket socket, int port) {
    socket.connect(port);
    readings.established(PID, PID, socket.descriptor);
  }

  /** An accept that returns the descriptor of {@code replaced}, which is closed by it. */
  RawSocket acceptOnto(RawSocket replaced, RawSocket listener) {
    try (RawSocket accepted = listener.accept()) {
      assertThat(accepted.call("dup2", replaced.descriptor)).isEqualTo(replaced.descriptor);
    }
    logged("accept4", replaced.descriptor, listener.descriptor, 0, 0, 0);
    return replaced;
  }

  long connect(RawSocket socket, int port) {
    long result = socket.connect(port);
    readings.established(PID, PID, socket.descriptor);
    return logged("connect", result, socket.descriptor, 0, 16);
  }

  /** Descriptors of connections that are not yet known. */
  List<Integer> unread() {
    return shadow.unread().stream().map(ServiceDescriptor::descriptor).toList();
  }

  /** What the shadow knows of a connection. */
  Optional<ShadowConnection> connection(RawSocket socket) {
    return shadow.connection(PID, socket.descriptor);
  }

  /** The service is stopped, and what is not yet known is read. */
  void stop() {
    caughtUp();
    unread().forEach(this::read);
  }

  /** The service is stopped, and one of its sockets is read. */
  void read(int descriptor) {
    readings.stopped(PID, PID, descriptor);
  }

  long write(RawSocket socket, String text) {
    return logged("write", socket.write(text), socket.descriptor, 0, text.length());
  }

  long read(RawSocket socket, int length) {
    return logged("read", socket.read(length), socket.descriptor, 0, length);
  }

  void shutdown(RawSocket socket) {
    logged("shutdown", socket.shutdown(SocketAbi.SHUT_WR), socket.descriptor, SocketAbi.SHUT_WR);
  }

  void close(RawSocket socket) {
    socket.close();
    logged("close", 0, socket.descriptor);
  }

  /** Waits until the shadow has followed all that was logged. */
  void caughtUp() {
    Awaited.until("shadow", () -> processor.getSequence().get() >= writer.published());
  }

  @Override
  public void close() throws IOException {
    processor.halt();
    try {
      follower.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
    log.close();
    channel.close();
  }
}
