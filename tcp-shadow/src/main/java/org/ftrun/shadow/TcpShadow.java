package org.ftrun.shadow;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.ftrun.tracer.member.FollowedProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model of all TCP connections of the service, kept by following its event log.
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

  private final ShadowProcesses processes;
  private final ReadingQueue readings;

  /** Sequence of the next event to be seen. */
  private final AtomicLong next;

  private long anomalies;

  /**
   * Creates the model of processes without connections.
   *
   * @param next sequence of the first event that it will see
   * @param processes those that there are, the root first
   */
  public TcpShadow(ReadingQueue readings, long next, List<FollowedProcess> processes) {
    this.readings = readings;
    this.processes = new ShadowProcesses(processes);
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
    if (ShadowProcesses.areChangedBy(logged.syscall())) {
      onProcessCall(logged);
      return;
    }
    SocketCall call = SocketCall.of(logged.syscall());
    // 0 is what pipe and socketpair return, whose new descriptors are in the payload.
    if (call == null && (logged.result() <= 0 || !SocketCall.makesDescriptor(logged.syscall()))) {
      return;
    }
    synchronized (this) {
      takeReadings(logged.sequence());
      ShadowProcess process = processes.ofThread(logged.threadId());
      boolean legal =
          call == null
              ? process.effects.newDescriptor(logged.result())
              : follow(process, call, logged);
      if (!legal) {
        anomaly(process, logged);
      }
    }
  }

  private synchronized void onProcessCall(LoggedCall logged) {
    takeReadings(logged.sequence());
    if (!processes.follow(logged)) {
      anomaly(processes.ofThread(logged.threadId()), logged);
    }
  }

  /** An event says that the process of its thread is none of the service's any more. */
  synchronized void onProcessEnd(int thread, long sequence) {
    takeReadings(sequence);
    processes.end(processes.ofThread(thread));
  }

  private boolean follow(ShadowProcess process, SocketCall call, LoggedCall logged) {
    return switch (call.role) {
      case ACCEPT -> accept(process, logged);
      case CONNECT -> connect(process, logged);
      default -> process.effects.apply(call, logged);
    };
  }

  private void anomaly(ShadowProcess process, LoggedCall logged) {
    anomalies++;
    ShadowSocket socket = process.descriptors.get(logged.descriptor());
    if (socket != null) {
      socket.loseCount();
    }
    if (anomalies > MAXIMUM_LOGGED) {
      return;
    }
    LOG.warn(
        "event {} does not fit what is known: thread {}, call {}, descriptor {}, result {}",
        logged.sequence(),
        logged.threadId(),
        logged.syscall(),
        logged.descriptor(),
        logged.result());
  }

  private void takeReadings(long sequence) {
    ReadingQueue.Marked marked = readings.poll(sequence);
    while (marked != null) {
      ShadowProcess process = processes.withId(marked.of().process());
      if (process != null) { // else it is gone by now
        take(process, marked);
      }
      marked = readings.poll(sequence);
    }
  }

  private void take(ShadowProcess process, ReadingQueue.Marked marked) {
    int descriptor = marked.of().descriptor();
    if (marked.ofCall()) {
      process.expected.put(descriptor, marked.reading());
    } else if (marked.reading() instanceof ConnectionReading reading) {
      onEstablished(process, descriptor, reading);
    } else if (marked.reading() instanceof SocketReading.Listening) {
      onListening(process, descriptor);
    } else if (marked.reading() instanceof SocketReading.SameAs same) {
      onSame(process, descriptor, same.other());
    } else if (marked.reading() instanceof SocketReading.Only only) {
      process.descriptors.retain(only.descriptors());
    } else {
      onRefused(process, descriptor);
    }
  }

  private static boolean accept(ShadowProcess process, LoggedCall logged) {
    if (logged.result() < 0 || logged.result() >= DescriptorTable.LIMIT) {
      return logged.result() < 0;
    }
    int descriptor = (int) logged.result();
    DescriptorTable descriptors = process.descriptors;
    process.expected.remove(descriptor); // of a connect whose event never came
    ShadowSocket listener = descriptors.get(logged.descriptor());
    descriptors.remove(descriptor);
    if (listener != null) {
      descriptors.put(descriptor, new ShadowSocket(ShadowState.ESTABLISHED, Opening.ACCEPTED));
    }
    return listener == null || listener.state() == ShadowState.LISTEN;
  }

  private boolean connect(ShadowProcess process, LoggedCall logged) {
    int descriptor = logged.descriptor();
    DescriptorTable descriptors = process.descriptors;
    SocketReading reading = process.expected.remove(descriptor);
    if (descriptors.get(descriptor) == null && reading instanceof ConnectionReading) {
      descriptors.put(descriptor, new ShadowSocket(ShadowState.UNCONNECTED, Opening.CONNECTED));
    }
    boolean legal = process.effects.connect(logged);
    ShadowSocket socket = descriptors.get(descriptor);
    if (socket != null && socket.state().isConnection()) {
      apply(process, descriptor, reading);
    }
    return legal;
  }

  private void apply(ShadowProcess process, int descriptor, SocketReading reading) {
    if (reading instanceof ConnectionReading known) {
      onEstablished(process, descriptor, known);
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
  private void onEstablished(ShadowProcess process, int descriptor, ConnectionReading reading) {
    ShadowSocket socket = process.descriptors.get(descriptor);
    KernelTcpState kernel = reading.info().state();
    if (socket == null) {
      if (kernel != KernelTcpState.CLOSE && kernel != KernelTcpState.LISTEN) {
        process.descriptors.put(descriptor, ShadowSocket.adopted(reading));
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
  private static void onListening(ShadowProcess process, int descriptor) {
    if (process.descriptors.get(descriptor) == null) {
      process.descriptors.put(descriptor, new ShadowSocket(ShadowState.LISTEN, Opening.ADOPTED));
    }
  }

  /** Two descriptors of one socket were there before the shadow was. */
  private void onSame(ShadowProcess process, int descriptor, ServiceDescriptor other) {
    ShadowProcess known = processes.withId(other.process());
    ShadowSocket socket = known == null ? null : known.descriptors.get(other.descriptor());
    if (socket != null && process.descriptors.get(descriptor) == null) {
      process.descriptors.put(descriptor, socket);
    }
  }

  private static void onRefused(ShadowProcess process, int descriptor) {
    ShadowSocket socket = process.descriptors.get(descriptor);
    if (socket != null) {
      socket.readInVain();
    }
  }

  /**
   * Forgets descriptors that were closed without an event, as exec closes those with CLOEXEC.
   *
   * @param process id in events of the process that has them
   * @param open whether it still has the descriptor
   */
  public synchronized void retain(int process, IntPredicate open) {
    ShadowProcess known = processes.withId(process);
    for (int i = 0; known != null && i < known.descriptors.end(); i++) {
      if (known.descriptors.get(i) != null && !open.test(i)) {
        known.descriptors.remove(i);
      }
    }
  }

  /**
   * All connections as of the log, each by the lowest descriptor of the first process that has it.
   */
  public synchronized List<ShadowConnection> connections() {
    takeReadings();
    List<ShadowConnection> connections = new ArrayList<>();
    for (ServiceDescriptor found : lowestOf(socket -> socket.state().isConnection())) {
      connections.add(snapshot(found).orElseThrow());
    }
    return connections;
  }

  /**
   * The connection of a descriptor as of the log; nothing if it has none.
   *
   * @param process id in events of the process that has the descriptor
   */
  public synchronized Optional<ShadowConnection> connection(int process, int descriptor) {
    takeReadings();
    return snapshot(new ServiceDescriptor(process, descriptor));
  }

  private Optional<ShadowConnection> snapshot(ServiceDescriptor of) {
    ShadowProcess process = processes.withId(of.process());
    ShadowSocket socket = process == null ? null : process.descriptors.get(of.descriptor());
    return socket == null || !socket.state().isConnection()
        ? Optional.empty()
        : Optional.of(socket.snapshot(of.descriptor(), processes.isComplete()));
  }

  /** Connections that are up in at least one direction as of the log. */
  public int openConnections() {
    return (int) connections().stream().filter(found -> found.state().isOpen()).count();
  }

  /** Lowest descriptors of connections that are not yet known. */
  public synchronized List<ServiceDescriptor> unread() {
    takeReadings();
    return lowestOf(ShadowSocket::isUnread);
  }

  /**
   * A round of readings is due. A connection that is closed before its second round is never read:
   * so it is with most of a server that has many short ones.
   *
   * @return how many connections are overdue
   */
  public synchronized int passRound() {
    takeReadings();
    return lowestOf(ShadowSocket::passRound).size();
  }

  /** Lowest descriptors of connections that have not been known for some rounds. */
  public synchronized List<ServiceDescriptor> overdue() {
    takeReadings();
    return lowestOf(ShadowSocket::isOverdue);
  }

  /** Of each socket that is wanted, the lowest descriptor of the first process that has it. */
  private List<ServiceDescriptor> lowestOf(Predicate<ShadowSocket> wanted) {
    List<ServiceDescriptor> found = new ArrayList<>();
    Set<ShadowSocket> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (ShadowProcess process : processes.all()) {
      for (int i = 0; i < process.descriptors.end(); i++) {
        ShadowSocket socket = process.descriptors.get(i);
        if (socket != null && seen.add(socket) && wanted.test(socket)) {
          found.add(new ServiceDescriptor(process.id, i));
        }
      }
    }
    return found;
  }

  /** How many events did not fit the model. */
  public synchronized long anomalies() {
    return anomalies;
  }
}
