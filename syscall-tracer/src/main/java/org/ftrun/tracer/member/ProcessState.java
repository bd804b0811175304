package org.ftrun.tracer.member;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What /proc tells of a process (proc_pid_status(5)). */
final class ProcessState {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessState.class);

  private ProcessState() {}

  /** Whether its first thread has ended; true if the process is gone altogether. */
  static boolean isZombie(int pid) {
    String state = value(pid, "State:");
    return state == null || state.startsWith("Z") || state.startsWith("X");
  }

  /** Whether its first thread is traced. */
  static boolean isTraced(int pid) {
    String tracer = value(pid, "TracerPid:");
    return tracer != null && !tracer.equals("0");
  }

  /** Pid of its parent, 0 if it is gone. */
  static int parent(int pid) {
    String parent = value(pid, "PPid:");
    return parent == null ? 0 : Integer.parseInt(parent);
  }

  /** Its real user, 0 if it is gone. */
  static int user(int pid) {
    String users = value(pid, "Uid:");
    return users == null ? 0 : Integer.parseUnsignedInt(users.split("\\s+")[0]);
  }

  /** The descriptors of a process that are sockets, the highest first. */
  static List<Integer> sockets(int pid) {
    List<Integer> sockets = new ArrayList<>();
    String[] entries = new File("/proc/" + pid + "/fd").list();
    for (String entry : entries == null ? new String[0] : entries) {
      try {
        Path target = Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + entry));
        if (target.toString().startsWith("socket:")) {
          sockets.add(Integer.valueOf(entry));
        }
      } catch (IOException e) {
        LOG.debug("descriptor {} of {} is closed", entry, pid);
      }
    }
    sockets.sort(Comparator.reverseOrder());
    return sockets;
  }

  /** Pids of all processes whose first thread a thread traces. */
  static List<Integer> tracedBy(int tid) {
    List<Integer> traced = new ArrayList<>();
    String[] entries = new File("/proc").list();
    for (String entry : entries == null ? new String[0] : entries) {
      boolean isProcess = entry.chars().allMatch(Character::isDigit);
      if (isProcess && Integer.toString(tid).equals(value(Integer.parseInt(entry), "TracerPid:"))) {
        traced.add(Integer.parseInt(entry));
      }
    }
    return traced;
  }

  /** Its process group as the kernel knows it, 0 if it is gone. */
  static int group(int pid) {
    return (int) Math.max(0, Libc.call(SyscallNumber.GETPGID, pid));
  }

  private static String value(int pid, String name) {
    return value(Path.of("/proc/" + pid + "/status"), name);
  }

  /** What stands behind a name in a file of lines such as {@code Pid: 7}; null if nothing does. */
  static String value(Path file, String name) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(name)) {
          return line.substring(name.length()).trim();
        }
      }
      return null;
    } catch (IOException e) {
      return null; // it is gone
    }
  }
}
