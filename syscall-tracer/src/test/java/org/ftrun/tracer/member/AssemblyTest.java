package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AssemblyTest {
  /** One of several processes that is killed while a replica is made of them. */
  @Test
  void shouldBeRunAgainWhenAThreadHasDiedUnderIt() throws Exception {
    try (NoGroup group = new NoGroup();
        MemberOnChild on = new MemberOnChild();
        MemberOnChild second = new MemberOnChild()) {
      PrimaryRole role = new PrimaryRole(on.member, group);
      PrimaryThread other = role.add(second.member);
      for (PrimaryThread thread : role.threads()) {
        thread.member.tracee.readRegisters(thread.member.now);
        thread.standing.inCode(thread.member.now);
      }
      List<Integer> runs = new ArrayList<>();
      role.assembly.add(
          () -> {
            runs.add(role.threads().size());
            if (role.threads().size() > 1) {
              throw TraceeDiedException.INSTANCE;
            }
            return role;
          });
      assertThat(role.assembly.isComplete()).isTrue();
      assertThatThrownBy(role.assembly::run).isInstanceOf(TraceeDiedException.class);
      assertThat(role.assembly.isComplete()).as("before its stop says so").isFalse();

      role.assembly.noteStop();
      role.forget(other);
      assertThat(role.assembly.isComplete()).isTrue();
      assertThat(role.assembly.run()).isSameAs(role);
      assertThat(runs).containsExactly(2, 1);
      assertThat(role.assembly.isWanted()).isFalse();
    }
  }
}
