package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ftrun.tracer.libc.NativeMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class SharedFilesTest {
  private static final long PAGE = 4096;

  @TempDir Path directory;
  private final SharedFiles files = new SharedFiles();

  @Test
  void shouldKeepWhatIsLeftWhenAPartIsUnmapped() {
    files.regions().add(new SharedFiles.Region(100 * PAGE, 10 * PAGE, null, 5 * PAGE));
    files.unmapped(103 * PAGE, PAGE + 1); // two pages
    assertThat(files.regions())
        .containsExactlyInAnyOrder(
            new SharedFiles.Region(100 * PAGE, 3 * PAGE, null, 5 * PAGE),
            new SharedFiles.Region(105 * PAGE, 5 * PAGE, null, 10 * PAGE));
    assertThat(files.touch(103 * PAGE, 2 * PAGE)).isFalse();
    assertThat(files.touch(104 * PAGE, 2 * PAGE)).isTrue();
  }

  @Test
  void shouldTellASegmentOfWhichAPartIsWithinMemory() {
    try (OwnSegment segment = new OwnSegment(3 * PAGE)) {
      SharedSegment store = SharedSegment.of(segment.id());
      files.regions().add(new SharedFiles.Region(90 * PAGE, 3 * PAGE, null, 0));
      files.regions().add(new SharedFiles.Region(100 * PAGE, 3 * PAGE, store, 0));
      assertThat(files.segmentPartlyIn(100 * PAGE, 2 * PAGE)).isSameAs(store);
      assertThat(files.segmentPartlyIn(101 * PAGE, 9 * PAGE)).isSameAs(store);
      assertThat(files.segmentPartlyIn(101 * PAGE, 1)).isSameAs(store);
      assertThat(files.segmentPartlyIn(100 * PAGE, 3 * PAGE - 1)).isNull();
      assertThat(files.segmentPartlyIn(99 * PAGE, 9 * PAGE)).isNull();
      assertThat(files.segmentPartlyIn(103 * PAGE, PAGE)).isNull();
      assertThat(files.segmentPartlyIn(90 * PAGE, PAGE)).as("a file").isNull();
      assertThat(files.bytesAt(100 * PAGE)).isEqualTo(3 * PAGE);
    }
  }

  @Test
  void shouldFindAnotherMappingOfTheSameInTheSameProcess() {
    try (OwnSegment segment = new OwnSegment(PAGE)) {
      SharedFiles.Region first = region(segment, 100);
      SharedFiles.Region again = region(segment, 200);
      files.regions().add(first);
      assertThat(files.sameAs(first)).isNull();
      files.regions().add(again);
      assertThat(files.sameAs(again)).isSameAs(first);
    }
  }

  private static SharedFiles.Region region(OwnSegment segment, long page) {
    return new SharedFiles.Region(page * PAGE, PAGE, SharedSegment.of(segment.id()), 0);
  }

  @Test
  void shouldForgetAMappingWhenAllOfItIsUnmapped() {
    files.regions().add(new SharedFiles.Region(100 * PAGE, 2 * PAGE, null, 0));
    SharedFiles copy = files.copy();
    files.unmapped(99 * PAGE, 10 * PAGE);
    assertThat(files.isEmpty()).isTrue();
    assertThat(copy.regions()).hasSize(1);
  }

  @Test
  void shouldNoticeAWriteWhenItIsASystemCall() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "before");
    FileWrites.Watch watch = FileWrites.watch(NativeMemory.ofString(file.toString()));
    assertThat(FileWrites.isSeen(watch)).isFalse();
    Files.writeString(file, "behind", StandardOpenOption.APPEND);
    assertThat(FileWrites.isSeen(watch)).isTrue();
    FileWrites.forget(watch);
    assertThat(FileWrites.isSeen(watch)).isFalse();
    Files.readString(file);
    assertThat(FileWrites.isSeen(watch)).isFalse();
  }
}
