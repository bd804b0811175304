package org.ftrun.shadow;

/** What came of reading a socket of the service. */
public sealed interface SocketReading
    permits ConnectionReading, SocketReading.Listening, SocketReading.Refused {

  /** The socket accepts TCP connections. */
  record Listening() implements SocketReading {}

  /**
   * Nothing is known about the socket.
   *
   * @param reason why, for a person
   */
  record Refused(String reason) implements SocketReading {}
}
