package org.ftrun.shadow;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * One end of a TCP connection.
 *
 * @param family AF_INET or AF_INET6: the family of the socket, which for an IPv4 peer of an IPv6
 *     socket is AF_INET6
 * @param address the address as its text: IPv4 dotted, IPv6 in the short form of RFC 5952
 * @param port 0..65535
 * @param scope the interface's index for a link-local IPv6 address, else 0
 */
public record Endpoint(int family, String address, int port, int scope) {
  private static final int PORT = 2;
  private static final int ADDRESS_4 = 4;
  private static final int ADDRESS_6 = 8;
  private static final int SCOPE_6 = 24;
  private static final int GROUPS = 8;

  /** Bytes of the largest socket address that can be read, {@code struct sockaddr_in6}. */
  static final int MAXIMUM_SIZE = 28;

  /**
   * Reads a {@code struct sockaddr_in} or {@code sockaddr_in6}.
   *
   * @return nothing if it is of another family
   */
  static Optional<Endpoint> of(ByteBuffer memory, int position) {
    int family = Short.toUnsignedInt(memory.getShort(position));
    int port = (memory.get(position + PORT) & 0xff) << 8 | memory.get(position + PORT + 1) & 0xff;
    if (family == SocketAbi.AF_INET) {
      byte[] address = new byte[4];
      memory.get(position + ADDRESS_4, address);
      return Optional.of(new Endpoint(family, dotted(address, 0), port, 0));
    }
    if (family == SocketAbi.AF_INET6) {
      byte[] address = new byte[16];
      memory.get(position + ADDRESS_6, address);
      return Optional.of(
          new Endpoint(family, shortened(address), port, memory.getInt(position + SCOPE_6)));
    }
    return Optional.empty();
  }

  /** The address for the JDK's own network classes. */
  public InetAddress inetAddress() {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("not an address literal: " + address, impossible);
    }
  }

  /** As a user writes it: 127.0.0.1:6667, [::1]:6667, [fe80::1%2]:6667. */
  @Override
  public String toString() {
    if (family == SocketAbi.AF_INET) {
      return address + ":" + port;
    }
    return "[" + address + (scope == 0 ? "" : "%" + scope) + "]:" + port;
  }

  private static String dotted(byte[] address, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      text.append(i == 0 ? "" : ".").append(address[from + i] & 0xff);
    }
    return text.toString();
  }

  private static String shortened(byte[] address) {
    byte[] mapped = new byte[12];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    if (Arrays.equals(address, 0, 12, mapped, 0, 12)) {
      return "::ffff:" + dotted(address, 12);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (address[2 * i] & 0xff) << 8 | address[2 * i + 1] & 0xff;
    }
    int start = longestZeroRun(groups);
    int end = start;
    while (start >= 0 && end < GROUPS && groups[end] == 0) {
      end++;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == start) {
        text.append("::");
        i = end - 1;
      } else {
        boolean first = i == 0 || i == end && start >= 0;
        text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /** Where the first longest run of two or more zero groups starts, or -1. */
  private static int longestZeroRun(int[] groups) {
    int best = -1;
    int bestLength = 1;
    int length = 0;
    for (int i = 0; i < GROUPS; i++) {
      length = groups[i] == 0 ? length + 1 : 0;
      if (length > bestLength) {
        bestLength = length;
        best = i - length + 1;
      }
    }
    return best;
  }
}
