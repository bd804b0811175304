package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What the processor of this machine can do. */
final class Processor {
  private static Boolean faultsOnRdtsc;

  private Processor() {}

  /**
   * Whether rdtsc can be made to fault (prctl(2), PR_SET_TSC), in earnest: under some hypervisors
   * it passes all the same, and then each member reads its own time.
   */
  static synchronized boolean faultsOnRdtsc() throws IOException, InterruptedException {
    if (faultsOnRdtsc == null) {
      String probe = new CProgram("time_stamp_trap", Linking.DYNAMIC).executable().toString();
      faultsOnRdtsc = new ProcessBuilder(probe).start().waitFor() == 0;
    }
    return faultsOnRdtsc;
  }

  /**
   * Whether cpuid can be made to fault (arch_prctl(2), ARCH_SET_CPUID). If not, it tells each
   * member of the core that it runs on.
   */
  static boolean faultsOnCpuid() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("flags"))
        .anyMatch(line -> Arrays.asList(line.split("\\s+")).contains("cpuid_fault"));
  }
}
