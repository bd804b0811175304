package org.ftrun.tracer.syscall;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.abi.SyscallNumber;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SyscallNumbersTest {
  private static final String PREFIX = "__NR_";

  /** arch/x86/entry/syscalls/syscall_64.tbl of Linux 6.18; those above 450 without a gap. */
  private static final Map<Integer, String> NEWER_NAMES =
      Map.ofEntries(
          entry(335, "uretprobe"),
          entry(336, "uprobe"),
          entry(451, "cachestat"),
          entry(452, "fchmodat2"),
          entry(453, "map_shadow_stack"),
          entry(454, "futex_wake"),
          entry(455, "futex_wait"),
          entry(456, "futex_requeue"),
          entry(457, "statmount"),
          entry(458, "listmount"),
          entry(459, "lsm_get_self_attr"),
          entry(460, "lsm_set_self_attr"),
          entry(461, "lsm_list_modules"),
          entry(462, "mseal"),
          entry(463, "setxattrat"),
          entry(464, "getxattrat"),
          entry(465, "listxattrat"),
          entry(466, "removexattrat"),
          entry(467, "open_tree_attr"),
          entry(468, "file_getattr"),
          entry(469, "file_setattr"));

  @TempDir private Path directory;

  @Test
  void shouldNameEachNumberAsTheMachinesHeadersDo() throws Exception {
    Map<String, String> macros = HeaderProbe.macros(directory, "asm/unistd_64.h");

    int compared = 0;
    for (Map.Entry<String, String> macro : macros.entrySet()) {
      if (macro.getKey().startsWith(PREFIX)) {
        long number = Long.parseLong(macro.getValue());
        if (number <= SyscallTable.LAST) {
          assertThat(SyscallTable.row(number).name())
              .as(macro.getKey())
              .isEqualTo(macro.getKey().substring(PREFIX.length()));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(350);
  }

  @Test
  void shouldHaveAConstantForEachListedRow() throws Exception {
    Field[] constants = SyscallNumber.class.getFields();

    for (Field constant : constants) {
      SyscallRow row = SyscallTable.row(constant.getInt(null));
      assertThat(row.name().replaceFirst("^_", "").toUpperCase(Locale.ROOT))
          .isEqualTo(constant.getName());
    }
    assertThat(constants)
        .hasSize((int) SyscallTable.rows().stream().filter(SyscallTable::isListed).count());
  }

  @Test
  void shouldNameTheNumbersNewerThanMostHeadersAsTheKernelDoes() {
    Map<Integer, String> names = new TreeMap<>();
    for (SyscallRow row : SyscallTable.rows()) {
      if (SyscallTable.isListed(row) && NEWER_NAMES.containsKey(row.number())) {
        names.put(row.number(), row.name());
      }
    }
    assertThat(names).isEqualTo(NEWER_NAMES);
    assertThat(SyscallTable.LAST).isEqualTo(469);
    NEWER_NAMES.forEach(
        (number, name) -> assertThat(SyscallTable.named(name).number()).isEqualTo(number));
  }

  @Test
  void shouldNumberCommandsAsTheMachinesHeadersDo() throws Exception {
    String includes =
        """
        #include <stdint.h>
        #include <sys/ipc.h>
        #include <sys/sem.h>
        #include <sys/shm.h>
        #include <sys/msg.h>
        #include <asm/ioctls.h>
        #include <asm/prctl.h>
        #include <asm/mman.h>
        #include <linux/sockios.h>
        #include <linux/fs.h>
        #include <linux/fiemap.h>
        #include <linux/if_tun.h>
        #include <linux/fcntl.h>
        #include <linux/prctl.h>
        #include <linux/keyctl.h>
        #include <linux/futex.h>
        """;
    List<CommandRule> rules = new ArrayList<>();
    for (Irregular irregular : Irregular.values()) {
      rules.addAll(Commands.list(irregular));
    }
    List<String> prints = new ArrayList<>();
    for (CommandRule rule : rules) {
      String name = rule.name();
      String print = "printf(\"" + name + " %lu\\n\", (unsigned long)(unsigned)(" + name + "));";
      prints.add("\n#ifdef " + name + "\n" + print + "\n#endif");
    }
    Map<String, Long> values = HeaderProbe.values(directory, includes, prints);

    for (CommandRule rule : rules) {
      if (values.containsKey(rule.name())) {
        assertThat(rule.value()).as(rule.name()).isEqualTo(values.get(rule.name()));
      }
    }
    assertThat(values.size()).as("commands found in headers").isGreaterThan(rules.size() * 8 / 10);
  }
}
