package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The descriptors for one of which a call waits: poll(2), select(2), epoll_wait(2) and the like.
 */
final class AwaitedDescriptors {
  private static final Logger LOG = LoggerFactory.getLogger(AwaitedDescriptors.class);
  private static final int POLLFD_BYTES = 8;
  private static final int FD_SETS = 3;
  private static final String TARGET = "tfd:";

  private AwaitedDescriptors() {}

  /**
   * Lists them.
   *
   * @param most at most so many
   * @return null if the call is none of these
   */
  static List<Integer> of(MemberThread member, CallInFlight call, int most) {
    switch (call.row.name()) {
      case "poll":
      case "ppoll":
        return polled(member, call.arguments[0], (int) Math.min(most, call.arguments[1]));
      case "select":
      case "pselect6":
        return selected(member, call.arguments, most);
      case "epoll_wait":
      case "epoll_pwait":
      case "epoll_pwait2":
        return registered(member.pid(), (int) call.arguments[0], most);
      default:
        return null;
    }
  }

  private static ByteBuffer read(MemberThread member, long address, int bytes) {
    ByteBuffer read = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    int length = member.tracee.memory().read(new TraceeAddress(address), read);
    return read.clear().limit(Math.max(0, length));
  }

  private static List<Integer> polled(MemberThread member, long address, int count) {
    List<Integer> descriptors = new ArrayList<>();
    ByteBuffer all = read(member, address, Math.max(0, count) * POLLFD_BYTES);
    for (int at = 0; at + POLLFD_BYTES <= all.limit(); at += POLLFD_BYTES) {
      if (all.getInt(at) >= 0) {
        descriptors.add(all.getInt(at));
      }
    }
    return descriptors;
  }

  private static List<Integer> selected(MemberThread member, long[] arguments, int most) {
    List<Integer> descriptors = new ArrayList<>();
    int bytes = (int) Math.min(128, Math.max(0, arguments[0] + 7) / 8);
    for (int set = 1; set <= FD_SETS; set++) {
      if (arguments[set] == 0) {
        continue;
      }
      ByteBuffer bits = read(member, arguments[set], bytes);
      for (int i = 0; i < bits.limit() * 8 && descriptors.size() < most; i++) {
        if ((bits.get(i / 8) & 1 << i % 8) != 0) {
          descriptors.add(i);
        }
      }
    }
    return descriptors;
  }

  /** As the kernel shows it: a line with "tfd: N" for each (ep_show_fdinfo of fs/eventpoll.c). */
  private static List<Integer> registered(int pid, int epoll, int most) {
    List<Integer> descriptors = new ArrayList<>();
    Path info = Path.of("/proc/" + pid + "/fdinfo/" + epoll);
    try {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith(TARGET) && descriptors.size() < most) {
          String number = line.substring(TARGET.length()).trim().split("\\s+")[0];
          descriptors.add(Integer.parseInt(number));
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.debug("{} cannot be read: {}", info, e.getMessage());
    }
    return descriptors;
  }
}
