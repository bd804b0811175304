package org.ftrun.tracer.member;

import java.util.List;
import java.util.Set;
import org.ftrun.eventlog.EventLog;

/**
 * What a member asks of the group it belongs to. Called on tracer threads; implementations return
 * promptly unless they say otherwise.
 */
public interface GroupLink {
  /** The group's event log. */
  EventLog log();

  /** Path by which the daemon can open the log's file again. */
  String logPath();

  /**
   * A newborn waits in the stub to become the replica; returns when its tracer holds it ready to
   * run, with the log's consumer active from the cursor on.
   *
   * @return null, or why it cannot become the replica; the newborn is dead then
   */
  String adopt(Newborn newborn);

  /**
   * A replica has been seeded.
   *
   * @param micros how long the primary stood still for it, microseconds
   */
  void seeded(long micros);

  /**
   * Ends protection: the replica is killed and reaped when this returns. Called by the primary's
   * tracer; harmless when there is none.
   *
   * @param reason for the log and the status
   */
  void dropReplica(String reason);

  /**
   * Drops a replica that failed, from the primary's tracer; another one is seeded at the next call
   * boundary, or protection ends there if replicas fail too often.
   */
  void replicaFailed(String reason);

  /** The primary serves alone from now on, at native speed. */
  void unprotected(String reason);

  /**
   * A program of the service is in place and about to run its first instruction.
   *
   * @param role the primary's role, or null if it runs natively
   */
  void serving(PrimaryRole role);

  /**
   * Has something run on the calling tracer's thread after a while, between two of its steps.
   *
   * @param millis how long to wait
   */
  void later(long millis, Runnable action);

  /** The core of the primary, -1 for any. */
  int primaryCpu();

  /**
   * Waits until the replica has consumed an event.
   *
   * @return null, or why the wait was given up
   */
  String awaitConsumed(long sequence);

  /**
   * A thread of the primary gave up its turn in a loop, which the replica's cannot find out by
   * itself.
   *
   * @param sequence of the event that says so
   */
  void yielded(long sequence);

  /**
   * A process of the primary has borne another, which is a member too.
   *
   * @param newborn the copy that is to join the replica
   */
  void bore(Newborn newborn);

  /**
   * A process of the primary ends, perhaps in the midst of its code.
   *
   * @param sequence of the event that says so
   */
  void ends(long sequence);

  /**
   * The primary is ending without the service wanting it; everything it learned is published.
   *
   * @param cause the signal's name
   * @param seen when its end was seen, of System.nanoTime()
   * @param legacy what it leaves beside the log
   * @return true if a replica takes over; else the service ends with its primary
   */
  boolean primaryLost(String cause, long seen, Legacy legacy);

  /**
   * The replica has consumed the log to its end and is the primary now.
   *
   * @param role the new primary's role, to ask it for a seeding
   */
  void promoted(PrimaryRole role);

  /**
   * The replica did something else than the primary, or died. It is dead and reaped.
   *
   * @param reason one line, or a divergence report of several lines
   * @param divergence whether it diverged
   */
  void replicaLost(String reason, boolean divergence);

  /**
   * A process that was the primary has ended and is reaped.
   *
   * @param pid which one
   * @param exitStatus 0..255, or 128+n if signal n ended it
   */
  void ended(int pid, int exitStatus);

  /**
   * A TCP connection was begun; the primary is stopped inside the call.
   *
   * @param pid the kernel's pid of the process that has begun it
   * @param process that one's id in events: its first thread's
   * @param descriptor the connection's descriptor in that process
   */
  void established(int pid, int process, int descriptor);

  /**
   * The primary stands still, with all its calls in the log: connections can be looked at.
   *
   * @param processes all of the primary's, the root first
   */
  void standsStill(List<FollowedProcess> processes);

  /**
   * A process has begun to be followed that has made calls which nobody was told of; it stands
   * still, with the event of its birth in the log.
   */
  void joined(FollowedProcess process);

  /** Who knows more of a dead primary's last call than its registers. */
  SecondOpinion secondOpinion();

  /**
   * The replica's process that has the descriptors of one of the primary's.
   *
   * @param process id in events of the primary's process
   * @return the kernel's pid; -1 if there is none
   */
  int survivor(int process);

  /** A value for the event's detail field by which the shadow understands the call. */
  long shadowDetail(int syscall, long[] arguments);

  /** The service is about to have a child process. */
  void bearing();

  /** The children of the service that ftrun is the parent of and whose ends it is to learn of. */
  Set<Integer> wards();

  /** The segments that ftrun keeps for the service. */
  HeldSegments heldSegments();

  /** How the service's calls take the fast path. */
  FastPathOptions fastPath();

  /** Whether calls are compared by the bytes that they hand to the kernel, too. */
  boolean comparesWrittenBytes();

  /** Arguments of recent calls, for divergence reports. */
  ArgumentHistory history();
}
