package org.ftrun.tracer.patch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PatchMapTest {
  private static final long TRAMPOLINES = 0x7000_0000L;
  private static final long SITE = 0x6000_0005L;

  private final PatchMap map = new PatchMap(TRAMPOLINES, 2 * Trampoline.BYTES);

  @Test
  void shouldGiveOutTrampolinesUntilThereAreNone() {
    assertThat(map.freeTrampoline()).isEqualTo(TRAMPOLINES);
    map.add(patch(SITE, map.freeTrampoline()));
    assertThat(map.freeTrampoline()).isEqualTo(TRAMPOLINES + 64);
    map.add(patch(SITE + 100, map.freeTrampoline()));
    assertThat(map.freeTrampoline()).isZero();
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
  void shouldKeepTheTrampolineOfAPatchThatIsPutBack() {
    SitePatch patch = patch(SITE, TRAMPOLINES);
    map.add(patch);
    map.forget(patch);

    assertThat(map.isSettled(SITE)).isFalse();
    assertThat(map.behind(SITE)).isEqualTo(SITE + 2);
    assertThat(map.ofTrampoline(TRAMPOLINES)).isSameAs(patch);
    assertThat(map.freeTrampoline()).isEqualTo(TRAMPOLINES + 64);
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
    copy.add(patch(SITE + 100, copy.freeTrampoline()));

    assertThat(copy.patched()).isEqualTo(2);
    assertThat(map.patched()).isEqualTo(1);
    assertThat(map.freeTrampoline()).isEqualTo(TRAMPOLINES + 64);
  }

  private static SitePatch patch(long site, long trampoline) {
    return new SitePatch(site, site, new byte[8], new byte[8], trampoline, new byte[64], 40);
  }
}
