package org.ftrun.tracer.member;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a dead primary leaves to its successor beside the event log.
 *
 * @param pid its own
 * @param timers its timers that count processor time, as {@link TimerLeft}
 * @param pendingShared signals that the kernel held for its process: siginfo_t of 128 bytes each
 * @param told its adopted children of whose end the service was told, though it has not waited
 * @param threads what its threads leave, by their ids
 */
public record Legacy(
    int pid,
    List<TimerLeft> timers,
    List<byte[]> pendingShared,
    Set<Integer> told,
    Map<Integer, OfThread> threads) {
  private static final OfThread NOTHING = new OfThread(0, List.of(), List.of(), List.of());

  /** What a thread leaves; nothing if it is not known. */
  OfThread of(int id) {
    return threads.getOrDefault(id, NOTHING);
  }

  /** Whether a signal waits to be delivered to the service or one of its threads. */
  boolean hasPending(int signal) {
    return signals().anyMatch(siginfo -> HeldSignals.signalOf(siginfo) == signal);
  }

  private Stream<byte[]> signals() {
    Stream<byte[]> pending = threads.values().stream().flatMap(thread -> thread.pending().stream());
    return Stream.concat(Stream.concat(pendingShared.stream(), pending), taken());
  }

  /** What the dead has taken from the kernel, and not delivered to the service. */
  Stream<byte[]> taken() {
    return threads.values().stream()
        .flatMap(thread -> Stream.concat(thread.held().stream(), thread.hidden().stream()));
  }

  /**
   * What one thread leaves; signals are siginfo_t of 128 bytes each.
   *
   * @param interrupted when the call began in which it died, System.nanoTime(), or 0 if in none
   * @param pending signals that the kernel held for it
   * @param held signals that its tracer held until the next call boundary
   * @param hidden owned signals that the service believes to be blocked
   */
  public record OfThread(
      long interrupted, List<byte[]> pending, List<byte[]> held, List<byte[]> hidden) {}

  /**
   * A timer that was armed.
   *
   * @param which ITIMER_VIRTUAL or ITIMER_PROF
   * @param micros processor time to the next expiry, microseconds, at least 1
   * @param intervalMicros between expiries, 0 for one only
   */
  public record TimerLeft(int which, long micros, long intervalMicros) {}
}
