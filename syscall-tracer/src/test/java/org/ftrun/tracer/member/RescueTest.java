package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TracedChild;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A defect in any step of a primary's call leaves a process that runs as it would without us. */
@Timeout(60)
class RescueTest {
  private static final String DEFECT = "thrown by a test";

  /** A group that fails at one of the places where the primary asks it something. */
  private static final class Failing extends NoGroup {
    boolean beforeCall;
    boolean behindCall;
    int calls;

    Failing() throws IOException {}

    @Override
    public long shadowDetail(int syscall, long[] arguments) {
      calls++;
      if (beforeCall) {
        throw new OutOfMemoryError(DEFECT);
      }
      return 0;
    }

    @Override
    public ArgumentHistory history() {
      if (behindCall) {
        throw new OutOfMemoryError(DEFECT);
      }
      return super.history();
    }
  }

  @Test
  void shouldRunNativelyWhenAStepFailsBeforeACall() throws Exception {
    assertRunsNativelyAfter((on, group, primary) -> group.beforeCall = true);
  }

  @Test
  void shouldRunNativelyWhenAStepFailsBehindACall() throws Exception {
    assertRunsNativelyAfter((on, group, primary) -> group.behindCall = true);
  }

  @Test
  void shouldRunNativelyWhenABoundaryActionFailsInItsOwnCode() throws Exception {
    assertRunsNativelyAfter(
        (on, group, primary) ->
            primary
                .first()
                .atBoundary
                .add(
                    service -> {
                      on.member.inject(
                          MemberOnChild.number("getpid")); // its registers are ours now
                      throw new OutOfMemoryError(DEFECT);
                    }));
  }

  @Test
  void shouldBeReleasedAtTheNextStopWhenItRunsAlready() throws Exception {
    try (Failing group = new Failing();
        MemberOnChild on = new MemberOnChild(TracedChild.busy(MemberOnChild.TRACE_SYSGOOD))) {
      PrimaryRole primary = begin(on, group);
      Role role = primary.afterError(new OutOfMemoryError(DEFECT));
      for (int i = 0; i < 10_000 && role == primary; i++) {
        role = primary.step();
      }
      assertThat(role).isInstanceOf(NativeRole.class);
      assertRunsNatively(on, group);
    }
  }

  /** What makes one of the primary's next steps fail. */
  private interface Defect {
    void plant(MemberOnChild on, Failing group, PrimaryRole primary);
  }

  private static void assertRunsNativelyAfter(Defect defect) throws Exception {
    try (Failing group = new Failing();
        MemberOnChild on = new MemberOnChild(TracedChild.busy(MemberOnChild.TRACE_SYSGOOD))) {
      PrimaryRole primary = begin(on, group);
      defect.plant(on, group, primary);
      assertThat(stepsUntilItFails(primary)).isInstanceOf(NativeRole.class);
      assertRunsNatively(on, group);
    }
  }

  /** The child is a recorded primary that has made some calls. */
  private static PrimaryRole begin(MemberOnChild on, Failing group) throws Exception {
    Registers service = new Registers();
    on.member.tracee.readRegisters(service);
    mapLog(on, group);
    assertThat(Confinement.impose(on.member)).isNull();
    on.member.tracee.writeRegisters(service);
    on.member.tracee.resume(0);
    PrimaryRole primary = new PrimaryRole(on.member, group);
    primary.recording.set(true);
    for (int i = 0; i < 10_000 && group.calls < 20; i++) {
      assertThat(primary.step()).isSameAs(primary);
    }
    assertThat(group.calls).as("calls that were made").isEqualTo(20);
    return primary;
  }

  private static void mapLog(MemberOnChild on, Failing group) throws Exception {
    on.putText(0, group.logPath());
    long descriptor = on.member.inject(MemberOnChild.number("open"), on.room, 2);
    long bytes = group.log().layout().totalBytes();
    long log = on.member.inject(MemberOnChild.number("mmap"), 0, bytes, 3, 1, descriptor, 0);
    assertThat(log).isPositive();
    assertThat(on.member.inject(MemberOnChild.number("close"), descriptor)).isZero();
    ProcessModel model = on.member.model();
    on.member.setModel(
        new ProcessModel(model.stub, new TraceeAddress(log), model.actions), on.member.thread());
  }

  private static Role stepsUntilItFails(PrimaryRole primary) {
    for (int i = 0; i < 10_000; i++) {
      try {
        assertThat(primary.step()).isSameAs(primary);
      } catch (OutOfMemoryError e) {
        assertThat(e).hasMessage(DEFECT);
        return primary.afterError(e);
      }
    }
    throw new AssertionError("no step failed");
  }

  /** It goes on making calls, which nobody sees. */
  private static void assertRunsNatively(MemberOnChild on, Failing group) throws Exception {
    assertThat(group.told.get(group.told.size() - 1)).startsWith("unprotected").contains(DEFECT);
    assertThat(Files.readAllLines(Path.of("/proc/" + on.child.pid() + "/status")))
        .contains("TracerPid:\t0");
    long before = waits(on);
    for (int i = 0; waits(on) < before + 5; i++) {
      assertThat(i).as("it stands still").isLessThan(10_000);
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** How often the child has waited in its polls, of proc(5). */
  private static long waits(MemberOnChild on) throws IOException {
    String field = "voluntary_ctxt_switches:";
    for (String line : Files.readAllLines(Path.of("/proc/" + on.child.pid() + "/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.substring(field.length()).trim());
      }
    }
    throw new AssertionError("the child is gone");
  }
}
