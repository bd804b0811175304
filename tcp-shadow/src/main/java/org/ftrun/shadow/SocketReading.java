package org.ftrun.shadow;

/** What came of reading a socket of the service. */
public sealed interface SocketReading permits ConnectionReading, SocketReading.Refused {

  /**
   * Nothing is known about the socket.
   *
   * @param tcp false if it is no TCP socket at all and need not be followed
   * @param reason why, for a person
   */
  record Refused(boolean tcp, String reason) implements SocketReading {}
}
