package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What /proc tells of a process (proc_pid_status(5)). */
final class ProcessState {
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

  private static String value(int pid, String name) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
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
