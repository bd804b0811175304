package org.ftrun.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/** Sees the segments of chosen ports on the loopback interface: a packet socket bound to it. */
final class LoopbackCapture implements AutoCloseable {
  static final int FIN = 1;
  static final int SYN = 2;
  static final int ACK = 16;

  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int ETH_P_IP = 0x0800;
  private static final int ETH_P_IPV6 = 0x86dd;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int ETHERNET_HEADER = 14;
  private static final int IPV6_HEADER = 40;
  private static final int SNAP = 256;
  private static final int LOOPBACK_INDEX = 1;

  /** One TCP segment. */
  record Segment(int from, int to, long sequence, int flags, int payload) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }
  }

  private final NativeMemory memory = NativeMemory.allocate(SNAP);
  private final List<Segment> segments = new ArrayList<>();
  private final int descriptor;

  /** Starts to capture packets of an address family. */
  LoopbackCapture(int family) {
    int protocol = family == SocketAbi.AF_INET ? ETH_P_IP : ETH_P_IPV6;
    int networkOrder = Short.toUnsignedInt(Short.reverseBytes((short) protocol));
    long result =
        Libc.call(RawSocket.number("socket"), AF_PACKET, SOCK_RAW | RawSocket.NONBLOCK, 0);
    assertThat(result).as("packet socket").isGreaterThan(2);
    descriptor = (int) result;
    ByteBuffer buffer = memory.buffer();
    buffer.putInt(0, 16 << 20);
    assertThat(
            Libc.call(
                RawSocket.number("setsockopt"),
                descriptor,
                SocketAbi.SOL_SOCKET,
                SO_RCVBUFFORCE,
                memory.address(),
                4,
                0))
        .isZero();
    buffer.putLong(0, 0).putLong(8, 0).putInt(16, 0);
    buffer.putShort(0, (short) AF_PACKET).putShort(2, (short) networkOrder);
    buffer.putInt(4, LOOPBACK_INDEX);
    assertThat(Libc.call(RawSocket.number("bind"), descriptor, memory.address(), 20)).isZero();
  }

  /** Awaits the first segment that fits. */
  Segment await(String what, Predicate<Segment> wanted) {
    Awaited.until(
        what,
        () -> {
          drain();
          return segments.stream().anyMatch(wanted);
        });
    return segments.stream().filter(wanted).findFirst().orElseThrow();
  }

  private void drain() {
    while (true) {
      long length =
          Libc.call(
              RawSocket.number("recvfrom"), descriptor, memory.address(), SNAP, MSG_DONTWAIT, 0, 0);
      if (length == -Errno.EAGAIN) {
        return;
      }
      assertThat(length).as("capture").isGreaterThan(0);
      parse((int) length);
    }
  }

  private void parse(int length) {
    ByteBuffer packet = memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
    int ip = ETHERNET_HEADER;
    boolean four = packet.get(ip) >> 4 == 4;
    int protocol = packet.get(four ? ip + 9 : ip + 6);
    int tcp = ip + (four ? (packet.get(ip) & 0xf) * 4 : IPV6_HEADER);
    if (protocol != SocketAbi.IPPROTO_TCP || length < tcp + 20) {
      return;
    }
    int end =
        ip
            + (four
                ? Short.toUnsignedInt(packet.getShort(ip + 2))
                : IPV6_HEADER + Short.toUnsignedInt(packet.getShort(ip + 4)));
    int header = (packet.get(tcp + 12) >> 4 & 0xf) * 4;
    segments.add(
        new Segment(
            Short.toUnsignedInt(packet.getShort(tcp)),
            Short.toUnsignedInt(packet.getShort(tcp + 2)),
            Integer.toUnsignedLong(packet.getInt(tcp + 4)),
            packet.get(tcp + 13) & 0xff,
            end - tcp - header));
  }

  @Override
  public void close() {
    Libc.call(RawSocket.number("close"), descriptor);
  }
}
