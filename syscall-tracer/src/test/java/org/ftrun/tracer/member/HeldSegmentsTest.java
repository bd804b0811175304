package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Segments of the kernel's, which this process attaches as a service would. */
@Timeout(10)
class HeldSegmentsTest {
  private final HeldSegments held = new HeldSegments();
  private final OwnSegment segment = new OwnSegment(4096);
  private final SharedSegment store = SharedSegment.of(segment.id());

  @AfterEach
  void end() {
    held.releaseAll();
    segment.close();
  }

  @Test
  void shouldKeepARemovedSegmentWhenNobodyElseHasItAnyMore() {
    assertThat(held.hold(store)).isNull();
    segment.remove();
    segment.detach();
    assertThat(segment.isThere()).isTrue();
    assertThat(store.isRemoved()).isTrue();
    assertThat(store.attachments()).isEqualTo(held.attachments(segment.id())).isEqualTo(1);

    held.releaseUnless(each -> each.isSame(store));
    assertThat(segment.isThere()).isTrue();
    held.releaseUnless(each -> false);
    assertThat(segment.isThere()).isFalse();
    assertThat(held.attachments(segment.id())).isZero();
  }

  @Test
  void shouldAttachASegmentOnceWhenItIsHeldAgain() {
    assertThat(held.hold(store)).isNull();
    assertThat(held.hold(store)).isNull();
    assertThat(store.attachments()).isEqualTo(2);
    held.releaseAll();
    assertThat(store.attachments()).isEqualTo(1);
    assertThat(store.isRemoved()).isFalse();
  }

  @Test
  void shouldSayWhyWhenASegmentIsGone() {
    segment.remove();
    segment.detach();
    assertThat(held.hold(store)).startsWith("ftrun cannot attach it: ");
    assertThat(store.isRemoved()).isFalse();
  }
}
