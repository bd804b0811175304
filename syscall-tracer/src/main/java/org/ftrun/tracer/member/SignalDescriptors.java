package org.ftrun.tracer.member;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * signalfds in epoll instances. epoll waits on the signal handling of the process that added a
 * signalfd; when that is gone it never hears of it again. So a promoted replica takes each one out
 * and adds it anew, with what /proc/PID/fdinfo says of the registration (proc(5)).
 */
final class SignalDescriptors {
  private static final Logger LOG = LoggerFactory.getLogger(SignalDescriptors.class);
  private static final String KIND = "anon_inode:[signalfd]";
  private static final int SHARED_BIT = 63;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final Pattern REGISTRATION =
      Pattern.compile("tfd:\\s+(\\d+)\\s+events:\\s+([0-9a-f]+)\\s+data:\\s+([0-9a-f]+).*");

  private final MemberThread member;

  SignalDescriptors(MemberThread member) {
    this.member = member;
  }

  /** The process has made a signalfd, or a duplicate of one. */
  static void note(MemberThread member, int descriptor) {
    member.model().signalDescriptors |= bit(descriptor);
    member.fastPath.tellSignalDescriptors();
  }

  /** Whether a descriptor may be one, by what was noted. */
  static boolean mayBeOne(MemberThread member, int descriptor) {
    return (member.model().signalDescriptors & bit(descriptor)) != 0;
  }

  private static long bit(int descriptor) {
    return 1L << Math.min(Integer.toUnsignedLong(descriptor), SHARED_BIT);
  }

  /** Whether a descriptor is a signalfd; what was noted of another file is forgotten. */
  boolean isOne(int descriptor) {
    if (!mayBeOne(member, descriptor)) {
      return false;
    }
    Path link = Path.of("/proc/" + member.pid() + "/fd/" + descriptor);
    try {
      if (Files.readSymbolicLink(link).toString().equals(KIND)) {
        return true;
      }
    } catch (IOException e) {
      LOG.debug("{} was closed meanwhile", link);
    }
    if (bit(descriptor) != 1L << SHARED_BIT) {
      member.model().signalDescriptors &= ~bit(descriptor);
      member.fastPath.tellSignalDescriptors();
    }
    return false;
  }

  /** Registers all of them anew; the service's registers are to be written afterwards. */
  void registerAgain() throws TraceeDiedException {
    List<Integer> signals = descriptorsOf(KIND);
    if (signals.isEmpty()) {
      return;
    }
    for (int epoll : descriptorsOf("anon_inode:[eventpoll]")) {
      for (String line : info(epoll)) {
        Matcher registration = REGISTRATION.matcher(line);
        if (registration.matches() && signals.contains(Integer.parseInt(registration.group(1)))) {
          registerAgain(epoll, registration);
        }
      }
    }
  }

  private void registerAgain(int epoll, Matcher registration) throws TraceeDiedException {
    int descriptor = Integer.parseInt(registration.group(1));
    ByteBuffer event = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
    event.putInt(0, Integer.parseUnsignedInt(registration.group(2), 16));
    event.putLong(4, Long.parseUnsignedLong(registration.group(3), 16));
    TraceeAddress scratch = member.room().scratch();
    member.tracee.memory().write(scratch, event);
    member.inject(SyscallNumber.EPOLL_CTL, epoll, EPOLL_CTL_DEL, descriptor, 0);
    long result =
        member.inject(SyscallNumber.EPOLL_CTL, epoll, EPOLL_CTL_ADD, descriptor, scratch.value());
    if (result != 0) {
      LOG.warn("signalfd {} is lost to epoll instance {}: errno {}", descriptor, epoll, -result);
    }
  }

  private List<String> info(int descriptor) {
    try {
      return Files.readAllLines(Path.of("/proc/" + member.pid() + "/fdinfo/" + descriptor));
    } catch (IOException e) {
      LOG.warn("descriptor {} of process {} is not readable", descriptor, member.pid());
      return List.of();
    }
  }

  private List<Integer> descriptorsOf(String kind) {
    List<Integer> found = new ArrayList<>();
    File[] all = new File("/proc/" + member.pid() + "/fd").listFiles();
    for (File descriptor : all == null ? new File[0] : all) {
      try {
        if (Files.readSymbolicLink(descriptor.toPath()).toString().equals(kind)) {
          found.add(Integer.parseInt(descriptor.getName()));
        }
      } catch (IOException e) {
        LOG.debug("{} was closed meanwhile", descriptor);
      }
    }
    return found;
  }
}
