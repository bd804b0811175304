package org.ftrun.tracer.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ftrun.tracer.abi.ProcessLayout;
import org.ftrun.tracer.abi.SignalLayout;
import org.junit.jupiter.api.Test;

/** Where ids stand in structures: offsets are those of the ABI, which a test of its own proves. */
class IdRulesTest {
  private static List<Integer> offsets(Irregular irregular, String name) {
    return Commands.list(irregular).stream()
        .filter(command -> command.name().equals(name))
        .flatMap(command -> command.ids().stream())
        .map(IdRule::offset)
        .toList();
  }

  @Test
  void shouldPointToPidsWhenStructuresHaveThem() {
    assertThat(offsets(Irregular.FCNTL, "F_GETLK")).containsExactly(ProcessLayout.FLOCK_OWNER);
    for (String name : List.of("IPC_STAT", "SHM_STAT", "SHM_STAT_ANY")) {
      assertThat(offsets(Irregular.SHMCTL, name))
          .containsExactly(ProcessLayout.SHMID_DS_CREATOR, ProcessLayout.SHMID_DS_LAST);
    }
    for (String name : List.of("IPC_STAT", "MSG_STAT", "MSG_STAT_ANY")) {
      assertThat(offsets(Irregular.MSGCTL, name))
          .containsExactly(ProcessLayout.MSQID_DS_SENDER, ProcessLayout.MSQID_DS_RECEIVER);
    }
    for (String name : List.of("capget", "capset")) {
      assertThat(SyscallTable.named(name).ids())
          .containsExactly(
              new IdRule(IdRule.Place.NAMES, IdKind.PID, 0, ProcessLayout.CAPABILITY_HEADER_PID));
    }
    assertThat(SignalLayout.SIGINFO_PID).isEqualTo(16);
  }

  @Test
  void shouldSayOfEachPidArgumentWhatItNamesWhenRowsHaveOne() {
    int found = 0;
    for (SyscallRow row : SyscallTable.rows()) {
      for (int i = 0; i < row.arguments().size(); i++) {
        if (row.arguments().get(i).kind() == ArgumentKind.PID) {
          int index = i;
          assertThat(row.ids())
              .as("%s, argument %d", row, i)
              .anyMatch(id -> id.place() == IdRule.Place.TAKES && id.argument() == index);
          found++;
        }
      }
    }
    assertThat(found).isGreaterThan(30);
  }

  @Test
  void shouldHaveOtherRulesWhenTheCommandIsAnother() {
    SyscallRow fcntl = SyscallTable.named("fcntl");
    assertThat(SyscallTable.ids(fcntl, new long[] {0, 9, 0, 0, 0, 0}))
        .containsExactly(new IdRule(IdRule.Place.GIVES, IdKind.PID_OR_GROUP, -1, 0));
    assertThat(SyscallTable.ids(fcntl, new long[] {0, 3, 0, 0, 0, 0})).isEmpty();
  }
}
