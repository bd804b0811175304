package org.ftrun.tracer.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VirtualIdsTest {
  private final VirtualIds ids = new VirtualIds(100, 200);

  @Test
  void shouldTranslateBothWaysWhenIdsAreKnown() {
    ids.add(201, 301);
    assertThat(ids.real(100)).isEqualTo(200);
    assertThat(ids.virtual(200)).isEqualTo(100);
    assertThat(ids.real(201)).isEqualTo(301);
    assertThat(ids.virtual(301)).isEqualTo(201);
    assertThat(ids.pid()).isEqualTo(100);
  }

  @Test
  void shouldLeaveStrangersAloneWhenTheirIdsAreFree() {
    assertThat(ids.real(1)).isEqualTo(1);
    assertThat(ids.virtual(4711)).isEqualTo(4711);
    assertThat(ids.real(0)).isZero();
    assertThat(ids.real(-1)).isEqualTo(-1);
  }

  @Test
  void shouldStayOneToOneWhenStrangersGetVirtualIdsOfTheService() {
    ids.add(201, 301);
    ids.add(301, 401);
    ids.add(202, 201);
    Set<Integer> real = new HashSet<>();
    for (int virtual = 90; virtual < 450; virtual++) {
      assertThat(real.add(ids.real(virtual))).as("real id of %s is its own", virtual).isTrue();
      assertThat(ids.virtual(ids.real(virtual))).isEqualTo(virtual);
    }
  }

  /** As CPUCLOCK_PERTHREAD_MASK and so on of the kernel's posix-timers.h. */
  @Test
  void shouldTranslateClocksWhenTheyAreThoseOfProcessesAndThreads() {
    ids.add(201, 301);
    assertThat(ids.realClock(~100 << 3 | 2)).as("the process's").isEqualTo(~200 << 3 | 2);
    assertThat(ids.realClock(~201 << 3 | 6)).as("a thread's").isEqualTo(~301 << 3 | 6);
    assertThat(ids.realClock(~4711 << 3 | 2)).as("a stranger's").isEqualTo(~4711 << 3 | 2);
    assertThat(ids.realClock(~0 << 3 | 6)).as("the caller's own").isEqualTo(~0 << 3 | 6);
    assertThat(ids.realClock(~100 << 3 | 3)).as("a descriptor's").isEqualTo(~100 << 3 | 3);
    assertThat(ids.realClock(1)).isEqualTo(1);
  }

  @Test
  void shouldKnowAProcessInAllMembersWhenItHasLeft() {
    ids.leave(201, 301);
    VirtualIds clone = ids.ofClone(202);
    assertThat(clone.real(201)).isEqualTo(301);
    assertThat(clone.virtual(301)).isEqualTo(201);
    clone.forgetLeft(201);
    assertThat(clone.real(201)).isEqualTo(201);
    assertThat(ids.real(201)).as("in the other member").isEqualTo(301);
  }

  @Test
  void shouldKeepAMemberWhenItsParentWaitsForOneThatWasAlwaysNative() {
    ids.add(201, 301);
    ids.forgetLeft(201);
    assertThat(ids.real(201)).isEqualTo(301);
  }

  @Test
  void shouldForgetAThreadWhenItIsRemoved() {
    ids.add(201, 301);
    ids.remove(201);
    assertThat(ids.real(201)).isEqualTo(201);
    assertThat(ids.virtual(301)).isEqualTo(301);
    ids.add(202, 301);
    assertThat(ids.virtual(301)).isEqualTo(202);
  }

  @Test
  void shouldRefuseASecondNameWhenARealIdIsKnown() {
    assertThatThrownBy(() -> ids.add(101, 200)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ids.add(0, 300)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldNotConfuseGroupsWithProcessesWhenTheServiceLeadsNone() {
    // ftrun leads group 100, to which the service belongs.
    assertThat(ids.virtualGroup(100)).isEqualTo(100);
    assertThat(ids.realGroup(100)).isEqualTo(100);
    assertThat(ids.virtualSession(100)).isEqualTo(100);
  }

  @Test
  void shouldCallItsOwnGroupByItsPidWhenItLeadsOne() {
    ids.leadSession(200);
    VirtualIds clone = ids.ofClone(300);
    assertThat(clone.real(100)).isEqualTo(300);
    assertThat(clone.realGroup(100)).isEqualTo(200);
    assertThat(clone.virtualGroup(200)).isEqualTo(100);
    assertThat(clone.virtualSession(200)).isEqualTo(100);
    clone.leaveGroup();
    assertThat(clone.virtualGroup(200)).isEqualTo(200);
    assertThat(ids.virtualGroup(200)).isEqualTo(100);
  }

  @Test
  void shouldHaveTheMainThreadOnlyWhenCloned() {
    ids.add(201, 301);
    VirtualIds clone = ids.ofClone(400);
    assertThat(clone.real(201)).isEqualTo(201);
    assertThat(clone.real(100)).isEqualTo(400);
  }

  @Test
  void shouldTakeFtrunForTheServiceWhenItIsTheRoot() {
    int ftrun = (int) ProcessHandle.current().pid();
    VirtualIds root = VirtualIds.ofRoot(Integer.MAX_VALUE);
    assertThat(root.pid()).isEqualTo(ftrun);
    assertThat(root.virtual(Integer.MAX_VALUE)).isEqualTo(ftrun);
    assertThat(root.virtual(ftrun)).isEqualTo(ftrun);
    assertThat(root.real(ftrun)).isEqualTo(Integer.MAX_VALUE);
    assertThat(root.real(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    assertThat(root.parent(ftrun))
        .isEqualTo((int) ProcessHandle.current().parent().orElseThrow().pid());
    assertThat(root.parent(1)).isEqualTo(1);
  }

  @Test
  void shouldKnowItsDeadPredecessorsWhenTheyAreNamed() {
    VirtualIds successor = ids.ofClone(300);
    successor.succeed(200);
    assertThat(successor.virtual(200)).isEqualTo(100);
    assertThat(successor.ofClone(400).virtual(200)).isEqualTo(100);
    successor.add(201, 200);
    assertThat(successor.virtual(200)).isEqualTo(201);
  }
}
