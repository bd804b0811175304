package org.ftrun.tracer.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ftrun.tracer.abi.HeaderProbe;
import org.ftrun.tracer.abi.SyscallNumber;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SyscallNumbersTest {
  private static final String PREFIX = "__NR_";

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
  void shouldKnowTheNumbersNewerThanMostHeadersWhenLookedUpByName() {
    assertThat(SyscallTable.named("uretprobe").number()).isEqualTo(335);
    assertThat(SyscallTable.named("uprobe").number()).isEqualTo(336);
    assertThat(SyscallTable.named("cachestat").number()).isEqualTo(451);
    assertThat(SyscallTable.named("mseal").number()).isEqualTo(462);
    assertThat(SyscallTable.named("removexattrat").number()).isEqualTo(466);
    assertThat(SyscallTable.named("open_tree_attr").number()).isEqualTo(467);
    assertThat(SyscallTable.named("file_setattr").number()).isEqualTo(SyscallTable.LAST);
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
