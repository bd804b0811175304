package org.ftrun.daemon.group;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import org.ftrun.daemon.service.ServiceStatus;
import org.ftrun.shadow.InFlightBytes;
import org.ftrun.shadow.InFlightOracle;
import org.ftrun.shadow.InFlightQuestions;
import org.ftrun.shadow.InFlightTransfer;
import org.ftrun.shadow.ServiceDescriptor;
import org.ftrun.shadow.ShadowConnection;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.member.SecondOpinion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the kernel's counters of the survivor's descriptor what a dead primary's last call did, and
 * the shadow what of it the log has.
 */
final class CountersOpinion implements SecondOpinion {
  private static final Logger LOG = LoggerFactory.getLogger(CountersOpinion.class);
  private static final long LIMIT_NANOS = 500_000_000;
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 02000000;

  private final InFlightOracle oracle = new InFlightOracle();
  private final InFlightQuestions questions;
  private final ConnectionFollower connections;
  private final IntUnaryOperator survivor;
  private final AtomicLong decisions = new AtomicLong();

  /**
   * Asks about descriptors of the survivor's processes.
   *
   * @param survivor from the id in events of a process to the pid of the survivor's that has its
   *     descriptors; negative: nobody is left
   */
  CountersOpinion(ConnectionFollower connections, IntUnaryOperator survivor) {
    this.connections = connections;
    this.questions = connections.questions();
    this.survivor = survivor;
  }

  @Override
  public long moved(int process, int syscall, long[] arguments) {
    try {
      Optional<InFlightTransfer> transfer = transfer(process, syscall, arguments);
      return transfer.isEmpty() ? UNKNOWN : moved(transfer.get());
    } catch (RuntimeException e) {
      LOG.error("the counters could not be asked", e);
      return UNKNOWN;
    }
  }

  private long moved(InFlightTransfer transfer) {
    ServiceDescriptor of = transfer.descriptor();
    Optional<ShadowConnection> logged =
        connections.atEndOfLog(of.process(), of.descriptor(), LIMIT_NANOS);
    if (logged.isEmpty()) {
      LOG.warn("the counters do not tell of {}: no connection is known", transfer);
      return UNKNOWN;
    }
    InFlightBytes bytes = transfer.moved(logged.get());
    if (!bytes.isExact()) {
      LOG.warn("the counters do not tell of {}: {}", transfer, bytes.doubt());
      return UNKNOWN;
    }
    decisions.incrementAndGet();
    return bytes.atLeast();
  }

  @Override
  public void compare(int process, int syscall, long[] arguments, long bytes) {
    long begin = System.nanoTime();
    try {
      Optional<InFlightTransfer> transfer = transfer(process, syscall, arguments);
      if (transfer.isPresent()) {
        questions.ask(connections.nextSequence(), transfer.get(), bytes);
      }
    } catch (RuntimeException e) {
      LOG.error("the counters could not be asked", e);
    }
    LOG.debug("reading the counters took {} us", (System.nanoTime() - begin) / 1000);
  }

  private Optional<InFlightTransfer> transfer(int process, int syscall, long[] arguments) {
    int pid = survivor.applyAsInt(process);
    return pid < 0 ? Optional.empty() : oracle.transfer(pid, process, syscall, arguments);
  }

  /** Reads the counters of a socket of our own, so often, for a tracer to do it quickly later. */
  static void rehearse(int times) {
    long descriptor = Libc.call(SyscallNumber.SOCKET, AF_INET, SOCK_STREAM_CLOEXEC, 0);
    if (descriptor < 0) {
      return; // no IPv4 here; the first reading will take its time
    }
    int pid = (int) ProcessHandle.current().pid();
    InFlightOracle oracle = new InFlightOracle();
    InFlightQuestions questions = new InFlightQuestions();
    for (int i = 0; i < times; i++) {
      long[] arguments = {descriptor, 0, 1, 0, 0, 0};
      questions.ask(0, oracle.transfer(pid, pid, SyscallNumber.WRITE, arguments).orElseThrow(), 0);
    }
    Libc.call(SyscallNumber.CLOSE, descriptor);
  }

  /** How the counters came out so far. */
  ServiceStatus.Settlements settlements() {
    return new ServiceStatus.Settlements(
        questions.agreements(), questions.disagreements(), decisions.get());
  }
}
