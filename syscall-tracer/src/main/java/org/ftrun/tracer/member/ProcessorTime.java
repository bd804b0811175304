package org.ftrun.tracer.member;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** How much processor time a thread has used, by /proc/PID/task/TID/stat (proc(5)). */
final class ProcessorTime {
  /** The kernel counts in steps of so much: USER_HZ is 100 on x86-64. */
  static final long STEP_MILLIS = 10;

  /** Behind the name in parentheses: utime is field 14 of the file, the name is field 2. */
  private static final int UTIME = 11;

  private ProcessorTime() {}

  /** Milliseconds in user space and kernel; 0 if there is no such thread any more. */
  static long ofThread(int processId, int tid) {
    Path file = Path.of("/proc/" + processId + "/task/" + tid + "/stat");
    try {
      String line = Files.readString(file, StandardCharsets.ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1])) * STEP_MILLIS;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      if (Files.exists(file)) {
        throw new UncheckedIOException(e);
      }
      return 0; // gone while it was read
    }
  }
}
