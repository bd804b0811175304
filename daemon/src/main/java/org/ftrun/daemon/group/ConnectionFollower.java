package org.ftrun.daemon.group;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventLog;
import org.ftrun.shadow.InFlightQuestions;
import org.ftrun.shadow.ReadingQueue;
import org.ftrun.shadow.ServiceDescriptor;
import org.ftrun.shadow.ShadowConnection;
import org.ftrun.shadow.ShadowDetail;
import org.ftrun.shadow.ShadowHandler;
import org.ftrun.shadow.TcpShadow;
import org.ftrun.tracer.member.FollowedProcess;
import org.ftrun.tracer.member.Unpinned;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps tcp-shadow following the event log while calls are recorded, on a thread of its own. If
 * that thread fails, nothing is known of connections any more; the service and its protection go
 * on.
 */
final class ConnectionFollower {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionFollower.class);
  private static final long NAP_NANOS = 2_000_000;

  /** Of a service that has had nothing to do for so many naps. */
  private static final long IDLE_NAP_NANOS = 20_000_000;

  private static final int IDLE_NAPS = 25;
  private static final long CATCHING_UP_NANOS = 20_000;

  /** No reading begins later than this after the first one of a stop; one takes some 50 us. */
  private static final long READING_NANOS = 1_000_000;

  /** No process's pid. */
  private static final int NOBODY = -1;

  /** How a socket's link in /proc begins. */
  private static final String SOCKET = "socket:";

  private final EventLog log;
  private final ReadingQueue readings;
  private final InFlightQuestions questions = new InFlightQuestions();
  private Following following;

  /** A model, what feeds it, and the thread of that. */
  private record Following(TcpShadow shadow, BatchEventProcessor<Event> processor, Thread thread) {}

  ConnectionFollower(EventLog log) {
    this.log = log;
    this.readings = new ReadingQueue(this::nextSequence);
  }

  /** The sequence that the next event will get; for whoever has the writer. */
  long nextSequence() {
    return log.cursor().get() + 1;
  }

  /** What the shadow is asked about the point of the log that it has come to. */
  InFlightQuestions questions() {
    return questions;
  }

  /**
   * A replica is being made; the primary stands still.
   *
   * @param processes all of the primary's, the root first
   * @param recorded whether the log has all calls since the last replica followed
   */
  void seeding(List<FollowedProcess> processes, boolean recorded) {
    if (!recorded) {
      begin(processes);
    } else if (processes.size() > 1) {
      processes.forEach(this::joined); // the last primary may not have come to say so
    }
  }

  /**
   * Begins anew with the sockets that the primary has: calls that were not recorded may have
   * changed them. Called on the primary's tracer while the primary stands still.
   *
   * @param processes all of the primary's, the root first
   */
  void begin(List<FollowedProcess> processes) {
    TcpShadow shadow = new TcpShadow(readings, nextSequence(), processes);
    begin(processes, shadow, new ShadowHandler(shadow, questions));
  }

  /** As {@link #begin(List)}, with a model and what feeds it. */
  void begin(List<FollowedProcess> processes, TcpShadow shadow, EventHandler<Event> handler) {
    end();
    log.activate(Consumer.SHADOW);
    BatchEventProcessor<Event> processor = log.processor(Consumer.SHADOW, handler, new Napping());
    Map<String, ServiceDescriptor> known = new HashMap<>();
    processes.forEach(process -> read(process, known));
    Thread thread = new Thread(new Unpinned(() -> follow(processor)), "shadow");
    thread.setDaemon(true);
    synchronized (this) {
      following = new Following(shadow, processor, thread);
    }
    thread.start();
  }

  private void follow(BatchEventProcessor<Event> processor) {
    try {
      processor.run();
    } catch (RuntimeException | Error e) {
      LOG.error("connections are not followed any more", e);
      synchronized (this) {
        if (following == null || following.processor != processor) {
          return; // it was to end anyway
        }
        following = null;
      }
      log.deactivate(Consumer.SHADOW);
    }
  }

  /**
   * Reads the sockets of a process.
   *
   * @param known those that are read already, by the name that the kernel gives to each
   */
  private void read(FollowedProcess process, Map<String, ServiceDescriptor> known) {
    File[] files = new File("/proc/" + process.pid() + "/fd").listFiles();
    for (File file : files == null ? new File[0] : files) {
      String name = target(file);
      if (name.startsWith(SOCKET)) {
        int number = Integer.parseInt(file.getName());
        ServiceDescriptor descriptor = new ServiceDescriptor(process.id(), number);
        ServiceDescriptor other = known.putIfAbsent(name, descriptor);
        if (other == null) {
          readings.stopped(process.pid(), process.id(), number);
        } else {
          readings.same(descriptor, other);
        }
      }
    }
  }

  /** A process is followed from now on that may have closed what it got from its parent. */
  void joined(FollowedProcess process) {
    Set<Integer> sockets = new HashSet<>();
    File[] files = new File("/proc/" + process.pid() + "/fd").listFiles();
    for (File file : files == null ? new File[0] : files) {
      if (target(file).startsWith(SOCKET)) {
        sockets.add(Integer.valueOf(file.getName()));
      }
    }
    readings.only(process.id(), sockets);
  }

  /** What a descriptor's link in /proc says; nothing if it cannot be read. */
  private static String target(File descriptor) {
    try {
      return Files.readSymbolicLink(descriptor.toPath()).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** Nothing is recorded any more; returns when the model's thread has ended. */
  void end() {
    Following ended;
    synchronized (this) {
      ended = following;
      following = null;
    }
    if (ended == null) {
      return;
    }
    ended.processor.halt();
    LockSupport.unpark(ended.thread);
    boolean interrupted = false;
    while (ended.thread.isAlive()) {
      try {
        ended.thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    questions.clear();
    log.deactivate(Consumer.SHADOW);
  }

  /** A connection was begun; the primary's tracer says so before the event. */
  void established(int pid, int process, int descriptor) {
    readings.established(pid, process, descriptor);
  }

  /**
   * A round of readings is due; see {@link TcpShadow#passRound}.
   *
   * @return whether the service should stand still for them
   */
  boolean passRound() {
    TcpShadow shadow = shadow();
    return shadow != null && shadow.passRound() > 0;
  }

  /**
   * Reads connections that are overdue, as many as the service may wait for; the others have their
   * turn at the next round. Called on the primary's tracer while the primary stands still.
   *
   * @param processes all of the primary's
   */
  void readOverdue(List<FollowedProcess> processes) {
    TcpShadow shadow = shadow();
    if (shadow == null) {
      return;
    }
    long begin = System.nanoTime();
    int read = 0;
    Map<Integer, Integer> pids =
        processes.stream()
            .collect(
                Collectors.toMap(FollowedProcess::id, FollowedProcess::pid, (one, other) -> one));
    Iterator<ServiceDescriptor> overdue = shadow.overdue().iterator();
    while (overdue.hasNext() && System.nanoTime() - begin < READING_NANOS) {
      ServiceDescriptor next = overdue.next();
      int pid = pids.getOrDefault(next.process(), NOBODY);
      readings.stopped(pid, next.process(), next.descriptor());
      read++;
    }
    LOG.debug("{} connections read in {} us", read, (System.nanoTime() - begin) / 1000);
  }

  /** The detail of a call's event. */
  static long detail(int syscall, long[] arguments) {
    return ShadowDetail.of(syscall, arguments);
  }

  /** The model, null when nothing is recorded. */
  private synchronized TcpShadow shadow() {
    return following == null ? null : following.shadow;
  }

  /** Open TCP connections, -1 when nothing is recorded. */
  long count() {
    TcpShadow shadow = shadow();
    return shadow == null ? -1 : shadow.openConnections();
  }

  /** All connections as of the log; nothing when nothing is recorded. */
  Optional<List<ConnectionStatus>> connections() {
    return Optional.ofNullable(shadow())
        .map(known -> known.connections().stream().map(ConnectionFollower::status).toList());
  }

  /**
   * The connection of a descriptor when the shadow has come to the end of the log. Nobody may
   * publish meanwhile.
   *
   * @param process id in events of the process that has the descriptor
   * @param limitNanos how long to wait for the shadow
   * @return nothing if there is none, or the shadow does not come there in time
   */
  Optional<ShadowConnection> atEndOfLog(int process, int descriptor, long limitNanos) {
    Following current;
    synchronized (this) {
      current = following;
    }
    if (current == null) {
      return Optional.empty();
    }
    long begin = System.nanoTime();
    long end = log.cursor().get();
    while (current.processor.getSequence().get() < end) {
      if (System.nanoTime() - begin > limitNanos || !current.thread.isAlive()) {
        LOG.warn("the shadow does not come to the end of the log");
        return Optional.empty();
      }
      LockSupport.unpark(current.thread);
      LockSupport.parkNanos(CATCHING_UP_NANOS);
    }
    return current.shadow.connection(process, descriptor);
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
        connection.bytesSent(),
        connection.sendPosition(),
        connection.receivePosition(),
        connection.options().orElse(null));
  }

  /** The shadow is in no hurry: it looks at the log every two milliseconds, or more seldom. */
  private static final class Napping implements WaitStrategy {
    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence dependent, SequenceBarrier barrier)
        throws AlertException {
      long available;
      for (int naps = 0; (available = dependent.get()) < sequence; naps++) {
        barrier.checkAlert();
        LockSupport.parkNanos(naps < IDLE_NAPS ? NAP_NANOS : IDLE_NAP_NANOS);
      }
      return available;
    }

    @Override
    public void signalAllWhenBlocking() {
      // Nobody blocks.
    }
  }
}
