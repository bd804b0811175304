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
 * @param verification what of a call is compared between primary and replica
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
    Verification verification,
    LaunchState launchState) {

  /** The core that the other member has when one has this one. */
  public int otherCpu(int cpu) {
    return cpu == primaryCpu ? replicaCpu : primaryCpu;
  }

  /** How the replica waits for the next event. */
  public enum ReplicaWait {
    /** Burns its core; lowest latency. */
    SPIN,
    /** Spins, then yields the core. */
    YIELD,
    /** Spins, yields, then sleeps with growing time-outs up to a millisecond. */
    SLEEP
  }

  /** What of each call is compared between primary and replica. */
  public enum Verification {
    /** Its number, descriptor and arguments, lengths among them. */
    ARGUMENTS,
    /** That, and the bytes that it hands to the kernel. */
    FULL
  }

  /**
   * The process context that the front end recorded before the JVM changed anything.
   *
   * @param launcher path of the native launcher executable
   * @param descriptor descriptor of the recorded state, inherited by the JVM; its layout is in the
   *     launcher's {@code launch_state.h}
   */
  public record LaunchState(String launcher, int descriptor) {

    /**
     * The launcher's arguments that make it the service: the command is taken from the recorded
     * state byte for byte, for Java's strings cannot hold every file name.
     *
     * @param goDescriptor one byte read from it starts the command, end of file ends the child
     * @param statusDescriptor gets the errno (4 bytes, native order) if the command cannot run
     * @param commandLength number of elements of the command: the last ones of ftrun's arguments
     */
    public String[] recordedCommand(int goDescriptor, int statusDescriptor, int commandLength) {
      return new String[] {
        "ftrun-launcher",
        "recorded",
        Integer.toString(descriptor),
        Integer.toString(goDescriptor),
        Integer.toString(statusDescriptor),
        Integer.toString(commandLength)
      };
    }
  }
}
