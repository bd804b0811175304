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
