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

/** Sees the segments from and to a port on the loopback interface: a packet socket bound to it. */
public final class LoopbackCapture implements AutoCloseable {
  public static final int FIN = 1;
  public static final int SYN = 2;
  public static final int ACK = 16;

  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int ETH_P_IP = 0x0800;
  private static final int ETH_P_IPV6 = 0x86dd;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int ETHERNET_HEADER = 14;
  private static final int IPV6_HEADER = 40;
  private static final int SNAP = 256;
  private static final int LOOPBACK_INDEX = 1;

  private final NativeMemory memory = NativeMemory.allocate(SNAP);
  private final List<Segment> segments = new ArrayList<>();
  private final int descriptor;

  /** Starts to capture what goes from and to a port over 127.0.0.1. */
  public static LoopbackCapture ofIpv4(int port) {
    return new LoopbackCapture(SocketAbi.AF_INET, port);
  }

  /** Starts to capture what goes from and to a port over ::1. */
  public static LoopbackCapture ofIpv6(int port) {
    return new LoopbackCapture(SocketAbi.AF_INET6, port);
  }

  /** Starts to capture the segments of an address family from and to a port. */
  LoopbackCapture(int family, int port) {
    boolean four = family == SocketAbi.AF_INET;
    int networkOrder =
        Short.toUnsignedInt(Short.reverseBytes((short) (four ? ETH_P_IP : ETH_P_IPV6)));
    long result =
        Libc.call(RawSocket.number("socket"), AF_PACKET, SOCK_RAW | RawSocket.NONBLOCK, 0);
    assertThat(result).as("packet socket").isGreaterThan(2);
    descriptor = (int) result;
    ByteBuffer buffer = memory.buffer();
    buffer.putInt(0, 16 << 20);
    setOption(SO_RCVBUFFORCE, 4);
    filter(buffer, four, port);
    buffer.putLong(0, 0).putLong(8, 0).putInt(16, 0);
    buffer.putShort(0, (short) AF_PACKET).putShort(2, (short) networkOrder);
    buffer.putInt(4, LOOPBACK_INDEX);
    assertThat(Libc.call(RawSocket.number("bind"), descriptor, memory.address(), 20)).isZero();
  }

  private void setOption(int option, int length) {
    assertThat(
            Libc.call(
                RawSocket.number("setsockopt"),
                descriptor,
                SocketAbi.SOL_SOCKET,
                option,
                memory.address(),
                length,
                0))
        .as("socket option %d", option)
        .isZero();
  }

  /**
   * Lets pass TCP from or to the port, the first bytes of it: what others send over loopback must
   * not fill the socket. A program for linux/filter.h, four numbers an instruction.
   */
  private void filter(ByteBuffer buffer, boolean four, int port) {
    int[][] program = {
      {0x30, 0, 0, ETHERNET_HEADER + (four ? 9 : 6)}, // load the protocol
      {0x15, 0, 5, SocketAbi.IPPROTO_TCP}, // if it is another, drop
      four ? new int[] {0xb1, 0, 0, ETHERNET_HEADER} : new int[] {0x01, 0, 0, IPV6_HEADER},
      {0x48, 0, 0, ETHERNET_HEADER}, // load the source port, behind the IP header
      {0x15, 3, 0, port},
      {0x48, 0, 0, ETHERNET_HEADER + 2}, // load the destination port
      {0x15, 1, 0, port},
      {0x06, 0, 0, 0}, // drop
      {0x06, 0, 0, SNAP} // pass
    };
    int at = 16;
    buffer.putLong(0, program.length).putLong(8, memory.address() + at);
    for (int[] instruction : program) {
      buffer.putShort(at, (short) instruction[0]);
      buffer.put(at + 2, (byte) instruction[1]).put(at + 3, (byte) instruction[2]);
      buffer.putInt(at + 4, instruction[3]);
      at += 8;
    }
    setOption(SO_ATTACH_FILTER, 16);
  }

  /** Awaits the first segment that fits. */
  public Segment await(String what, Predicate<Segment> wanted) {
    Awaited.until(what, () -> captured().stream().anyMatch(wanted));
    return segments.stream().filter(wanted).findFirst().orElseThrow();
  }

  /** All segments up to now, in the order in which they came. */
  public List<Segment> captured() {
    drain();
    return List.copyOf(segments);
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
      segments.add(parse());
    }
  }

  /** What the filter let pass is TCP, and the headers are whole. */
  private Segment parse() {
    ByteBuffer packet = memory.buffer().duplicate().order(ByteOrder.BIG_ENDIAN);
    int ip = ETHERNET_HEADER;
    boolean four = packet.get(ip) >> 4 == 4;
    int tcp = ip + (four ? (packet.get(ip) & 0xf) * 4 : IPV6_HEADER);
    int end =
        ip
            + (four
                ? Short.toUnsignedInt(packet.getShort(ip + 2))
                : IPV6_HEADER + Short.toUnsignedInt(packet.getShort(ip + 4)));
    return Segment.parse(packet, tcp, end);
  }

  @Override
  public void close() {
    Libc.call(RawSocket.number("close"), descriptor);
  }
}
