package org.ftrun.tracer.member;

/**
 * Knows by other means than the tracer's what the kernel did in the last call of a primary that
 * died: the kernel's counters of the connection, less what the log has. Asked on the dead primary's
 * tracer thread, between its end and the takeover, when no thread of the service runs. Never
 * throws.
 */
public interface SecondOpinion {
  /** It cannot tell. */
  long UNKNOWN = -1;

  /**
   * How many bytes a transfer has moved that the log does not have, those of its earlier parts
   * included. For a primary whose registers could not be read: returns when the answer is found, or
   * after half a second.
   *
   * @param process id in events of the process that made the call
   * @param arguments the six arguments as the service passed them
   * @return 0 or more, or {@link #UNKNOWN}: also for what is no transfer or not on a TCP connection
   */
  long moved(int process, int syscall, long[] arguments);

  /**
   * Checks what the registers say, and reports a contradiction. Called before the call's event is
   * published; returns as soon as the kernel's counters are read, the comparison comes later.
   *
   * @param process id in events of the process that made the call
   * @param arguments the six arguments as the service passed them
   * @param bytes what the call has moved according to the registers, earlier parts included
   */
  void compare(int process, int syscall, long[] arguments, long bytes);
}
