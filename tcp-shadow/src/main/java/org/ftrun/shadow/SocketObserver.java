package org.ftrun.shadow;

/**
 * Told by the primary's tracer about sockets at moments when no thread of the service can reach
 * them: the only moments at which sequence numbers may be read. Called on the tracer's thread;
 * returns with the service's socket as it was, and never throws.
 */
public interface SocketObserver {

  /**
   * A connect has been executed, its event is not yet published, the service is stopped.
   *
   * @param pid the primary's process (thread group leader), whose table has the descriptor
   * @param process that one's id in events: its first thread's
   * @param descriptor connect's first argument. Also to be called for a connect that returned
   *     EINPROGRESS
   */
  void established(int pid, int process, int descriptor);

  /**
   * The service is stopped for another reason, between two calls: connections that are not yet
   * known can be read.
   *
   * @param pid the primary's process; one that is none if it is gone
   * @param process its id in events
   * @param descriptor one of its descriptors
   */
  void stopped(int pid, int process, int descriptor);
}
