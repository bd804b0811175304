package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.StopKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A child that is stopped at its exec event. */
@Timeout(60)
class ProgramStartTest {
  private static final String DEFECT = "thrown by a test";

  @Test
  void shouldRunNativelyWhenTheReplicaCannotBeMadeForADefect() throws Exception {
    NoGroup failing =
        new NoGroup() {
          @Override
          public String adopt(Newborn newborn) {
            super.adopt(newborn);
            throw new OutOfMemoryError(DEFECT);
          }
        };
    assertRunsNatively(failing);
  }

  @Test
  void shouldRunNativelyWhenTheLogCannotBeMappedForADefect() throws Exception {
    NoGroup failing =
        new NoGroup() {
          @Override
          public String logPath() {
            throw new OutOfMemoryError(DEFECT);
          }
        };
    assertRunsNatively(failing);
  }

  private static void assertRunsNatively(NoGroup group) throws Exception {
    try (group;
        MemberOnChild on = new MemberOnChild()) {
      execute(on);
      Role role =
          new PrimaryRole(
                  new MemberThread(
                      on.child.tracee(), null, VirtualIds.ofRoot(on.child.tracee().pid()), null),
                  group)
              .begin();
      assertThat(role).isInstanceOf(NativeRole.class);
      assertThat(group.told.get(group.told.size() - 1)).startsWith("unprotected").contains(DEFECT);
      for (int i = 0; !isAsleep(on); i++) {
        assertThat(i).as("it does not sleep").isLessThan(10_000);
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /** Has the child execute sleep(1) anew. */
  private static void execute(MemberOnChild on) throws Exception {
    on.child.tracee().setOptions(LaunchRole.PRIMARY_OPTIONS);
    on.putText(0, "/bin/sleep");
    on.putText(64, "31");
    on.put(128, on.room, on.room + 64, 0, 0);
    Registers registers = new Registers();
    on.child.tracee().readRegisters(registers);
    registers.rax(MemberOnChild.number("execve")).originalRax(-1);
    registers.arguments(new long[] {on.room, on.room + 128, on.room + 144, 0, 0, 0});
    registers.rip(on.member.model().stub.execute());
    on.child.tracee().writeRegisters(registers);
    on.child.tracee().resume(0);
    assertThat(on.child.tracee().await().kind()).isEqualTo(StopKind.EXEC);
  }

  /** Whether it has come as far as to its nanosleep, untraced. */
  private static boolean isAsleep(MemberOnChild on) throws IOException {
    Path process = Path.of("/proc/" + on.child.pid());
    assertThat(Files.readAllLines(process.resolve("status"))).contains("TracerPid:\t0");
    return Files.readString(process.resolve("syscall")).startsWith("230 ");
  }
}
