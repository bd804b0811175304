package org.ftrun.daemon.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * How long each core has been busy since boot, in the kernel's clock ticks (proc_stat(5)); two
 * samples tell which cores are idle now.
 *
 * @param busy ticks by core number
 */
record CoreTimes(Map<Integer, Long> busy) {
  private static final int MASK_BYTES = 128;
  private static final int IDLE = 4;
  private static final int IOWAIT = 5;
  private static final int STEAL = 8;

  /** The times of all cores now. */
  static CoreTimes sample() {
    try {
      return parse(Files.readAllLines(Path.of("/proc/stat")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/stat", e);
    }
  }

  /** Reads the lines {@code cpuN user nice system idle iowait irq softirq steal ...}. */
  static CoreTimes parse(List<String> lines) {
    Map<Integer, Long> busy = new HashMap<>();
    for (String line : lines) {
      String[] words = line.split(" +");
      if (!words[0].matches("cpu[0-9]+") || words.length <= STEAL) {
        continue;
      }
      long ticks = 0;
      for (int i = 1; i <= STEAL; i++) {
        ticks += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(words[i]);
      }
      busy.put(Integer.valueOf(words[0].substring("cpu".length())), ticks);
    }
    return new CoreTimes(busy);
  }

  /** The cores given, the least busy since the earlier sample first, then by number. */
  List<Integer> leastBusySince(CoreTimes earlier, SortedSet<Integer> cores) {
    return cores.stream()
        .sorted(Comparator.comparingLong(core -> ticksSince(earlier, core)))
        .toList();
  }

  private long ticksSince(CoreTimes earlier, int core) {
    return busy.getOrDefault(core, 0L) - earlier.busy.getOrDefault(core, 0L);
  }

  /** The cores that this process may use. */
  static SortedSet<Integer> allowed() {
    NativeMemory mask = NativeMemory.allocate(MASK_BYTES);
    long bytes = Libc.call(SyscallNumber.SCHED_GETAFFINITY, 0, MASK_BYTES, mask.address());
    if (bytes < 0) {
      throw new IllegalStateException("sched_getaffinity failed, errno " + -bytes);
    }
    SortedSet<Integer> cores = new TreeSet<>();
    for (int core = 0; core < bytes * Byte.SIZE; core++) {
      if ((mask.buffer().get(core / Byte.SIZE) >> (core % Byte.SIZE) & 1) != 0) {
        cores.add(core);
      }
    }
    return cores;
  }
}
