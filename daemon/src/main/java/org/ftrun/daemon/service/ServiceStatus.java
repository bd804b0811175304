package org.ftrun.daemon.service;

import java.util.List;

/**
 * A snapshot of a service; field names are those of the contract's {@code status --json}.
 *
 * @param state the state at the time of the snapshot
 * @param epoch 1 from the launch on, one more after every takeover
 * @param primary the member that serves; null once the service has stopped
 * @param replicas the members that follow; empty when unprotected
 * @param unprotectedReason why nothing follows, null unless the state is UNPROTECTED
 * @param takeovers all takeovers, oldest first, at most the last 1,000
 * @param connections open TCP connections as of the event log; -1 when not known
 * @param events events published since the launch
 * @param slowPathEvents events of those that needed a ptrace stop
 * @param divergences replicas dropped because they did something else than the primary
 * @param sites how the program's call sites are handled; null when it runs natively or not at all
 * @param settlements what the kernel's counters said of the calls in which primaries died
 * @param logBytes bytes of the event log that the events took, slots and payloads
 * @param children child processes that the service has not waited for; they run natively
 * @param seedings how replicas were made, oldest first, at most the last 1,000
 */
public record ServiceStatus(
    String name,
    ServiceState state,
    long epoch,
    Member primary,
    List<Replica> replicas,
    String unprotectedReason,
    List<Takeover> takeovers,
    long connections,
    long events,
    long slowPathEvents,
    long divergences,
    Sites sites,
    Settlements settlements,
    long logBytes,
    int children,
    List<Seeding> seedings) {

  /**
   * The primary.
   *
   * @param pid its root process's, as {@code kill} needs it
   * @param cpu the core it runs on, -1: not pinned
   * @param processes pids of all its processes, the root's first
   */
  public record Member(int pid, int cpu, List<Integer> processes) {
    /** A primary of one process. */
    public Member(int pid, int cpu) {
      this(pid, cpu, List.of(pid));
    }
  }

  /**
   * Call sites of the program that were seen making a call that the stub can do.
   *
   * @param fast those that are patched: their calls are made without a stop
   * @param slow those whose neighbourhood cannot be patched
   */
  public record Sites(int fast, int slow) {}

  /**
   * A replica.
   *
   * @param pid its root process's
   * @param cpu the core it runs on
   * @param lagEvents how many published events it has yet to consume
   * @param processes pids of all its processes, the root's first
   */
  public record Replica(int pid, int cpu, long lagEvents, List<Integer> processes) {
    /** A replica of one process. */
    public Replica(int pid, int cpu, long lagEvents) {
      this(pid, cpu, lagEvents, List.of(pid));
    }
  }

  /**
   * What the kernel's counters said of transfers on TCP connections in which a primary died.
   *
   * @param agreed they moved what the primary's registers said
   * @param disagreed they did not; each is in the log, and the registers were believed
   * @param decided there were no registers, the counters decided
   */
  public record Settlements(long agreed, long disagreed, long decided) {}

  /**
   * A replica that was made: at the launch, after an exec, a takeover or the loss of another.
   *
   * @param epoch the epoch of the primary that it was made from
   * @param micros how long that stood still, from all its threads standing on, microseconds
   */
  public record Seeding(long epoch, long micros) {}

  /**
   * One takeover.
   *
   * @param epoch the epoch that it began
   * @param cause the signal's name such as SIGKILL, or REQUEST
   * @param drainedEvents events the replica still had to consume when the last one was published
   * @param micros from the primary's end being seen to the replica promoted, microseconds
   */
  public record Takeover(long epoch, String cause, long drainedEvents, long micros) {}
}
