package org.ftrun.shadow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model of all TCP connections of one process of the service, kept by following its event log.
 *
 * <p>One thread, that of the log's event processor, calls {@link #onCall} in log order. Any thread
 * may ask for a snapshot. A lock that is nearly never contended guards the model.
 *
 * <p>The log is not trusted: an event that does not fit is counted as an anomaly, and the
 * connection it names is no longer {@link ShadowConnection#countable}. Nothing is ever thrown for
 * it.
 */
public final class TcpShadow {
  private static final Logger LOG = LoggerFactory.getLogger(TcpShadow.class);

  /** Anomalies that are reported one by one: a scribbled log must not fill ours. */
  private static final long MAXIMUM_LOGGED = 20;

  private final DescriptorTable descriptors = new DescriptorTable();
  private final SocketCallEffects effects = new SocketCallEffects(descriptors);
  private final ReadingQueue readings;

  /** Readings of connects whose events have not come yet, by descriptor. */
  private final Map<Integer, SocketReading> expected = new HashMap<>();

  /** Sequence of the next event to be seen. */
  private final AtomicLong next;

  private long anomalies;

  /**
   * Creates the model of a process without connections.
   *
   * @param next sequence of the first event that it will see
   */
  public TcpShadow(ReadingQueue readings, long next) {
    this.readings = readings;
    this.next = new AtomicLong(next);
  }

  /** An event has been followed, or had nothing to tell. */
  void passed(long sequence) {
    next.lazySet(sequence + 1);
  }

  /** What was read before the next event is known, even if that never comes. */
  private void takeReadings() {
    takeReadings(next.get());
  }

  /** Follows a call. Calls that have nothing to do with TCP cost a look at a table. */
  public void onCall(LoggedCall logged) {
    SocketCall call = SocketCall.of(logged.syscall());
    // 0 is what pipe and socketpair return, whose new descriptors are in the payload.
    if (call == null && (logged.result() <= 0 || !SocketCall.makesDescriptor(logged.syscall()))) {
      return;
    }
    synchronized (this) {
      takeReadings(logged.sequence());
      boolean legal = call == null ? effects.newDescriptor(logged.result()) : follow(call, logged);
      if (!legal) {
        anomaly(logged);
      }
    }
  }

  private boolean follow(SocketCall call, LoggedCall logged) {
    return switch (call.role) {
      case ACCEPT -> accept(logged);
      case CONNECT -> connect(logged);
      default -> effects.apply(call, logged);
    };
  }

  private void anomaly(LoggedCall logged) {
    anomalies++;
    ShadowSocket socket = descriptors.get(logged.descriptor());
    if (socket != null) {
      socket.loseCount();
    }
    if (anomalies > MAXIMUM_LOGGED) {
      return;
    }
    LOG.warn(
        "event {} does not fit the connection's state: call {}, descriptor {}, result {}",
        logged.sequence(),
        logged.syscall(),
        logged.descriptor(),
        logged.result());
  }

  private void takeReadings(long sequence) {
    ReadingQueue.Marked marked = readings.poll(sequence);
    while (marked != null) {
      if (marked.ofCall()) {
        expected.put(marked.descriptor(), marked.reading());
      } else if (marked.reading() instanceof ConnectionReading reading) {
        onEstablished(marked.descriptor(), reading);
      } else if (marked.reading() instanceof SocketReading.Listening) {
        onListening(marked.descriptor());
      } else {
        onRefused(marked.descriptor());
      }
      marked = readings.poll(sequence);
    }
  }

  private boolean accept(LoggedCall logged) {
    if (logged.result() < 0 || logged.result() >= DescriptorTable.LIMIT) {
      return logged.result() < 0;
    }
    int descriptor = (int) logged.result();
    expected.remove(descriptor); // of a connect whose event never came
    ShadowSocket listener = descriptors.get(logged.descriptor());
    descriptors.remove(descriptor);
    if (listener != null) {
      descriptors.put(descriptor, new ShadowSocket(ShadowState.ESTABLISHED, Opening.ACCEPTED));
    }
    return listener == null || listener.state() == ShadowState.LISTEN;
  }

  private boolean connect(LoggedCall logged) {
    int descriptor = logged.descriptor();
    SocketReading reading = expected.remove(descriptor);
    if (descriptors.get(descriptor) == null && reading instanceof ConnectionReading) {
      descriptors.put(descriptor, new ShadowSocket(ShadowState.UNCONNECTED, Opening.CONNECTED));
    }
    boolean legal = effects.connect(logged);
    ShadowSocket socket = descriptors.get(descriptor);
    if (socket != null && socket.state().isConnection()) {
      apply(descriptor, reading);
    }
    return legal;
  }

  private void apply(int descriptor, SocketReading reading) {
    if (reading instanceof ConnectionReading known) {
      onEstablished(descriptor, known);
    } else if (reading instanceof SocketReading.Refused refused) {
      LOG.info("connection of descriptor {} is not yet known: {}", descriptor, refused.reason());
    }
  }

  /**
   * Gives a connection its identity. A descriptor that the model does not have is adopted: it was
   * inherited, passed by another process, or open before the shadow was.
   *
   * @param reading made while the log stood where {@link #onCall} stands now
   */
  public synchronized void onEstablished(int descriptor, ConnectionReading reading) {
    ShadowSocket socket = descriptors.get(descriptor);
    KernelTcpState kernel = reading.info().state();
    if (socket == null) {
      if (kernel != KernelTcpState.CLOSE && kernel != KernelTcpState.LISTEN) {
        descriptors.put(descriptor, ShadowSocket.adopted(reading));
      }
      return;
    }
    if (!socket.state().isConnection()) {
      return;
    }
    socket.read(reading);
    if (!kernel.isOpening() && kernel != KernelTcpState.CLOSE && !socket.establish()) {
      anomalies++;
      socket.loseCount();
    }
  }

  /** A socket that listened before the shadow was; what it accepts is followed. */
  private void onListening(int descriptor) {
    if (descriptors.get(descriptor) == null) {
      descriptors.put(descriptor, new ShadowSocket(ShadowState.LISTEN, Opening.ADOPTED));
    }
  }

  private void onRefused(int descriptor) {
    ShadowSocket socket = descriptors.get(descriptor);
    if (socket != null) {
      socket.readInVain();
    }
  }

  /**
   * Forgets descriptors that were closed without an event, as exec closes those with CLOEXEC.
   *
   * @param open whether the service still has the descriptor
   */
  public synchronized void retain(IntPredicate open) {
    for (int i = 0; i < descriptors.end(); i++) {
      if (descriptors.get(i) != null && !open.test(i)) {
        descriptors.remove(i);
      }
    }
  }

  /** All connections as of the log, by their lowest descriptor. */
  public synchronized List<ShadowConnection> connections() {
    takeReadings();
    List<ShadowConnection> connections = new ArrayList<>();
    Set<ShadowSocket> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < descriptors.end(); i++) {
      ShadowSocket socket = descriptors.get(i);
      if (socket != null && socket.state().isConnection() && seen.add(socket)) {
        connections.add(socket.snapshot(i));
      }
    }
    return connections;
  }

  /** The connection of a descriptor as of the log; nothing if it has none. */
  public synchronized Optional<ShadowConnection> connection(int descriptor) {
    takeReadings();
    ShadowSocket socket = descriptors.get(descriptor);
    return socket == null || !socket.state().isConnection()
        ? Optional.empty()
        : Optional.of(socket.snapshot(descriptor));
  }

  /** Connections that are up in at least one direction as of the log. */
  public int openConnections() {
    return (int) connections().stream().filter(found -> found.state().isOpen()).count();
  }

  /** Lowest descriptors of connections that are not yet known. */
  public synchronized List<Integer> unread() {
    return lowestOf(ShadowSocket::isUnread);
  }

  /**
   * A round of readings is due. A connection that is closed before its second round is never read:
   * so it is with most of a server that has many short ones.
   *
   * @return how many connections are overdue
   */
  public synchronized int passRound() {
    return lowestOf(ShadowSocket::passRound).size();
  }

  /** Lowest descriptors of connections that have not been known for some rounds. */
  public synchronized List<Integer> overdue() {
    return lowestOf(ShadowSocket::isOverdue);
  }

  private List<Integer> lowestOf(Predicate<ShadowSocket> wanted) {
    takeReadings();
    List<Integer> found = new ArrayList<>();
    Set<ShadowSocket> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < descriptors.end(); i++) {
      ShadowSocket socket = descriptors.get(i);
      if (socket != null && seen.add(socket) && wanted.test(socket)) {
        found.add(i);
      }
    }
    return found;
  }

  /** How many events did not fit the model. */
  public synchronized long anomalies() {
    return anomalies;
  }
}
