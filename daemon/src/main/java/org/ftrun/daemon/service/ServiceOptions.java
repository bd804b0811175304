package org.ftrun.daemon.service;

import java.util.List;

/**
 * How to run a service.
 *
 * @param name the service's name
 * @param command the program and its arguments, at least one element
 * @param primaryCpu the core of the primary, -1 for no pinning
 * @param replicaCpu the core of the replica, -1 for no pinning
 * @param fastPath whether calls may be handled inside the process
 * @param logBytes size of the payload ring in bytes, a power of two, 1 MiB to 4 GiB
 * @param replicaWait how the replica waits for events
 * @param launchState what ftrun itself was given and the service must get
 */
public record ServiceOptions(
    String name,
    List<String> command,
    int primaryCpu,
    int replicaCpu,
    boolean fastPath,
    long logBytes,
    ReplicaWait replicaWait,
    LaunchState launchState) {

  /** How the replica waits for the next event. */
  public enum ReplicaWait {
    /** Burns its core; lowest latency. */
    SPIN,
    /** Spins, then yields the core. */
    YIELD,
    /** Spins, yields, then sleeps with growing time-outs up to a millisecond. */
    SLEEP
  }

  /**
   * The process context that the front end recorded before the JVM changed anything.
   *
   * @param launcher path of the native launcher executable
   * @param descriptor descriptor of the recorded state, inherited by the JVM; see the launcher's C
   *     source for its layout
   */
  public record LaunchState(String launcher, int descriptor) {}
}
