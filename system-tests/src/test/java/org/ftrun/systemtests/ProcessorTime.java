package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What processes have used of the processor. */
final class ProcessorTime {
  private static final double TICKS_A_SECOND = 100; // USER_HZ, proc_pid_stat(5)

  private ProcessorTime() {}

  /** Processor time of a process, all its threads, so far: utime and stime of proc_pid_stat(5). */
  static double seconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
    // The name in front may have blanks.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_A_SECOND;
  }
}
