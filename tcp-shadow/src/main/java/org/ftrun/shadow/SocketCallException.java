package org.ftrun.shadow;

/**
 * The kernel refused a call on a borrowed socket: expected when the member has died or the process
 * lacks a privilege. Without a stack trace: where it happened is in the message.
 */
final class SocketCallException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int errno;

  SocketCallException(String call, long result) {
    super(call + ": errno " + -result, null, false, false);
    this.errno = (int) -result;
  }

  /** The error, positive. */
  int errno() {
    return errno;
  }
}
