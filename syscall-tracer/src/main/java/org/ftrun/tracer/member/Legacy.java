package org.ftrun.tracer.member;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a dead primary leaves to its successor beside the event log.
 *
 * @param processes what its processes leave, by the ids by which the service knows them
 * @param threads what its threads leave, by their ids
 */
public record Legacy(Map<Integer, OfProcess> processes, Map<Integer, OfThread> threads) {
  private static final OfThread NOTHING = new OfThread(0, List.of(), List.of(), List.of());

  /** What a process leaves. */
  OfProcess of(ProcessThreads process) {
    return processes.getOrDefault(process.id(), OfProcess.NOTHING);
  }

  /** What a thread leaves; nothing if it is not known. */
  OfThread of(int id) {
    return threads.getOrDefault(id, NOTHING);
  }

  /** Whether a signal waits to be delivered to a process or one of its threads. */
  boolean hasPending(ProcessThreads process, int signal) {
    Stream<byte[]> pending = threadsOf(process).flatMap(thread -> thread.pending().stream());
    return Stream.concat(
            Stream.concat(of(process).pendingShared().stream(), pending), taken(process))
        .anyMatch(siginfo -> HeldSignals.signalOf(siginfo) == signal);
  }

  /** What the dead has taken from the kernel, and not delivered to a process. */
  Stream<byte[]> taken(ProcessThreads process) {
    return threadsOf(process)
        .flatMap(thread -> Stream.concat(thread.held().stream(), thread.hidden().stream()));
  }

  private Stream<OfThread> threadsOf(ProcessThreads process) {
    return process.all().stream().map(thread -> of(thread.thread().id));
  }

  /**
   * What one process leaves.
   *
   * @param pid as the kernel knew it
   * @param timers those that count processor time, as {@link TimerLeft}
   * @param pendingShared signals that the kernel held for it: siginfo_t of 128 bytes each
   * @param told its adopted children of whose end it was told, though it has not waited
   */
  public record OfProcess(
      int pid, List<TimerLeft> timers, List<byte[]> pendingShared, Set<Integer> told) {
    private static final OfProcess NOTHING = new OfProcess(0, List.of(), List.of(), Set.of());
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
