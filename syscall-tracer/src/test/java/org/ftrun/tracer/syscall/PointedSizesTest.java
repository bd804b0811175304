package org.ftrun.tracer.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.abi.ProbeDeclarations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sizes that rows and commands give as numbers, against the types of a compiled program. */
@Timeout(60)
class PointedSizesTest {
  private static final String HEADERS =
      """
      #include <sys/ioctl.h>
      #include <net/if_arp.h>
      #include <linux/aio_abi.h>
      #include <linux/fs.h>
      #include <linux/io_uring.h>
      #define sched_param sched_param_again
      #include <linux/sched/types.h>
      #undef sched_param
      #include <linux/serial.h>
      """;

  /** What newer headers have, and what the manual describes without a type. */
  private static final String DECLARATIONS =
      """
      struct kernel_cachestat_range { uint64_t off, len; };
      struct kernel_mount_request { uint32_t size, spare; uint64_t mount, param; };
      struct kernel_mask_argument { const sigset_t *mask; size_t bytes; };
      """;

  @TempDir private Path directory;

  @Test
  void shouldBeTheSizesOfTheTypesThatArgumentsPointTo() throws Exception {
    Map<String, Long> given = new TreeMap<>();
    for (SyscallRow row : SyscallTable.rows()) {
      for (ArgumentRule rule : row.arguments()) {
        add(given, row.name() + "." + rule.name(), rule.size());
      }
    }
    for (Irregular irregular : Irregular.values()) {
      for (CommandRule rule : Commands.list(irregular)) {
        add(given, irregular + "." + rule.name(), rule.size());
      }
    }
    Map<String, String> expressions = PointedTypes.sizes();
    assertThat(expressions.keySet()).containsExactlyInAnyOrderElementsOf(given.keySet());

    List<String> prints = new ArrayList<>();
    expressions.forEach((name, expression) -> prints.add(HeaderProbe.print(name, expression)));
    String before = ProbeDeclarations.ALL + HEADERS + DECLARATIONS;
    assertThat(given).isEqualTo(HeaderProbe.values(directory, before, prints));
  }

  private static void add(Map<String, Long> sizes, String name, SizeRule size) {
    boolean isFixed = size.kind() == SizeRule.Kind.CONSTANT || size.unit() > 1;
    if (isFixed) {
      sizes.put(name, (long) size.unit());
    }
  }
}
