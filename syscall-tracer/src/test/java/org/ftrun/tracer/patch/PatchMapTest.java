package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PatchMapTest {
  private static final long TRAMPOLINES = 0x7000_0000L;
  private static final long SITE = 0x6000_0005L;

  private final PatchMap map = new PatchMap(new TrampolineRoom(TRAMPOLINES, 2 * Trampoline.BYTES));

  @Test
  void shouldGiveOutTrampolinesUntilThereAreNone() {
    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES);
    map.add(patch(SITE, map.freeTrampoline(SITE)));
    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES + 64);
    map.add(patch(SITE + 100, map.freeTrampoline(SITE)));
    assertThat(map.freeTrampoline(SITE)).isZero();
  }

  @Test
  void shouldTakeTheRoomThatASiteCanReach() {
    long far = SITE + (3L << 30);
    TrampolineRoom room = new TrampolineRoom((far & -4096) - 0x10000, Trampoline.BYTES);
    assertThat(map.freeTrampoline(far)).isZero();
    map.addRoom(room);

    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES);
    SitePatch patch = patch(far, map.freeTrampoline(far));
    map.add(patch);
    assertThat(patch.trampoline()).isEqualTo(room.start());
    assertThat(map.ofTrampoline(room.start() + 60)).isSameAs(patch);
    assertThat(map.freeTrampoline(far)).isZero();
    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES);
    assertThat(map.hasRoomIn(room.start() + 63, room.start() + 64)).isTrue();
    assertThat(map.hasRoomIn(room.start() + 64, room.start() + 65)).isFalse();
    assertThat(map.copy().ofTrampoline(room.start())).isSameAs(patch);
  }

  @Test
  void shouldGoOnInTheNextRoomWhenOneIsFull() {
    map.add(patch(SITE, TRAMPOLINES));
    map.add(patch(SITE + 100, TRAMPOLINES + 64));
    map.addRoom(new TrampolineRoom(TRAMPOLINES + 0x10000, Trampoline.BYTES));

    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES + 0x10000);
    map.add(patch(SITE + 200, TRAMPOLINES + 0x10000));
    assertThat(map.freeTrampoline(SITE)).isZero();
    assertThat(map.ofTrampoline(TRAMPOLINES + 64).site()).isEqualTo(SITE + 100);
  }

  @Test
  void shouldHaveSixteenRoomsAtMost() {
    for (int i = 1; i < PatchMap.MOST_ROOMS; i++) {
      assertThat(map.mayHaveMoreRooms()).isTrue();
      map.addRoom(new TrampolineRoom(TRAMPOLINES + i * 0x10000L, Trampoline.BYTES));
    }
    TrampolineRoom another = new TrampolineRoom(TRAMPOLINES - 0x10000L, Trampoline.BYTES);
    assertThat(map.mayHaveMoreRooms()).isFalse();
    assertThatThrownBy(() -> map.addRoom(another)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldReachAsFarAsAJump() {
    TrampolineRoom room = new TrampolineRoom(TRAMPOLINES, 0x10000);
    long almost = (1L << 31) - (2L << 20);

    assertThat(room.reaches(TRAMPOLINES + almost)).isTrue();
    assertThat(room.reaches(TRAMPOLINES - almost)).isTrue();
    assertThat(room.reaches(TRAMPOLINES + (1L << 31))).isFalse();
    assertThat(room.reaches(TRAMPOLINES - (1L << 31))).isFalse();
  }

  @Test
  void shouldSayWhereAThreadGoesOn() {
    SitePatch patch = patch(SITE, TRAMPOLINES);
    map.add(patch);

    assertThat(map.behind(SITE)).isEqualTo(TRAMPOLINES + 40);
    assertThat(map.behind(SITE + 1)).isEqualTo(SITE + 3);
    assertThat(map.ofTrampoline(TRAMPOLINES + 63)).isSameAs(patch);
    assertThat(map.ofTrampoline(TRAMPOLINES + 64)).isNull();
    assertThat(map.ofTrampoline(TRAMPOLINES - 1)).isNull();
  }

  @Test
  void shouldSayWhereAHandlerReturnsToWhenTheSiteWasPatchedMeanwhile() {
    assertThat(map.moved(SITE + 2)).isEqualTo(SITE + 2);
    map.add(patch(SITE, TRAMPOLINES));
    long before = SITE + 100;
    map.add(
        new SitePatch(
            before, before - 5, new byte[5], new byte[5], TRAMPOLINES + 64, new byte[64], 40));

    assertThat(map.moved(SITE + 2)).isEqualTo(TRAMPOLINES + 40);
    assertThat(map.moved(SITE)).isEqualTo(SITE);
    assertThat(map.moved(SITE + 1)).isEqualTo(SITE + 1);
    assertThat(map.moved(before + 2)).isEqualTo(before + 2);
  }

  @Test
  void shouldKeepTheTrampolineOfAPatchThatIsPutBack() {
    SitePatch patch = patch(SITE, TRAMPOLINES);
    map.add(patch);
    map.forget(patch);

    assertThat(map.isSettled(SITE)).isFalse();
    assertThat(map.behind(SITE)).isEqualTo(SITE + 2);
    assertThat(map.ofTrampoline(TRAMPOLINES)).isSameAs(patch);
    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES + 64);
  }

  @Test
  void shouldUseATrampolineAgainForTheSamePatch() {
    SitePatch patch = patch(SITE, TRAMPOLINES);
    map.add(patch);
    map.forget(patch);
    assertThat(map.latest(SITE)).isSameAs(patch);
    SitePatch again = patch(SITE, TRAMPOLINES);
    map.add(again);

    assertThat(map.isSettled(SITE)).isTrue();
    assertThat(map.ofTrampoline(TRAMPOLINES)).isSameAs(again);
    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES + 64);
    SitePatch other =
        new SitePatch(SITE, SITE, new byte[8], new byte[8], TRAMPOLINES, new byte[] {1}, 40);
    assertThatThrownBy(() -> map.add(other)).isInstanceOf(IllegalStateException.class);
    assertThat(map.latest(SITE + 1)).isNull();
  }

  @Test
  void shouldLookAgainAtRefusedSitesOfReplacedMemory() {
    map.refuse(SITE);
    map.refuse(SITE + 0x1000);
    map.forgetRefused(SITE, SITE + 1);

    assertThat(map.isSettled(SITE)).isFalse();
    assertThat(map.isSettled(SITE + 0x1000)).isTrue();
    assertThat(map.unpatchable()).isEqualTo(1);
  }

  @Test
  void shouldCopyWithoutSharing() {
    map.add(patch(SITE, TRAMPOLINES));
    PatchMap copy = map.copy();
    copy.add(patch(SITE + 100, copy.freeTrampoline(SITE)));

    assertThat(copy.patched()).isEqualTo(2);
    assertThat(map.patched()).isEqualTo(1);
    assertThat(map.freeTrampoline(SITE)).isEqualTo(TRAMPOLINES + 64);
  }

  private static SitePatch patch(long site, long trampoline) {
    return new SitePatch(site, site, new byte[8], new byte[8], trampoline, new byte[64], 40);
  }
}
