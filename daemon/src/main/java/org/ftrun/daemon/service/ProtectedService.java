package org.ftrun.daemon.service;

import java.util.List;

/** A running service, as the command lines see it. All methods may be called from any thread. */
public interface ProtectedService {

  /** A consistent snapshot. */
  ServiceStatus status();

  /**
   * The TCP connections that the shadow knows.
   *
   * @throws RefusedException if nothing is recorded, so that there may be any number of them
   */
  List<ConnectionStatus> connections() throws RefusedException;

  /**
   * Makes the replica the primary and ends the old primary; returns when that is done.
   *
   * @throws RefusedException if no replica follows, or the takeover failed; the message is one line
   */
  void takeover() throws RefusedException;

  /**
   * Drops the replica; the service runs on alone, at native speed.
   *
   * @throws RefusedException if it is not protected
   */
  void unprotect() throws RefusedException;

  /** Asks the service to end, as SIGTERM to its process would. */
  void stop();

  /**
   * Passes a signal that ftrun received on to the service.
   *
   * @param signal the signal's number, 1..64
   * @param siginfo the 128 bytes of the siginfo_t with which ftrun received it
   */
  void signal(int signal, byte[] siginfo);

  /**
   * Waits until the service has ended.
   *
   * @return ftrun's exit status: the service's own, or 128+n if it died of signal n
   */
  int awaitExit() throws InterruptedException;

  /** The request cannot be carried out; the message is one line for a person. */
  final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Creates the exception with its one-line reason. */
    public RefusedException(String reason) {
      super(reason);
    }
  }
}
