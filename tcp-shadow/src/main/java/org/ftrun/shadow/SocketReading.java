package org.ftrun.shadow;

import java.util.Set;

/** What came of reading a socket of the service. */
public sealed interface SocketReading
    permits ConnectionReading,
        SocketReading.Listening,
        SocketReading.SameAs,
        SocketReading.Only,
        SocketReading.Refused {

  /** The socket accepts TCP connections. */
  record Listening() implements SocketReading {}

  /**
   * The socket is one that has been read already.
   *
   * @param other the descriptor by which it was
   */
  record SameAs(ServiceDescriptor other) implements SocketReading {}

  /**
   * Of what the process is thought to have, it has these alone.
   *
   * @param descriptors those that are sockets
   */
  record Only(Set<Integer> descriptors) implements SocketReading {}

  /**
   * Nothing is known about the socket.
   *
   * @param reason why, for a person
   */
  record Refused(String reason) implements SocketReading {}
}
