package org.ftrun.daemon.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ftrun.eventlog.EventLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedLogTest {
  private static final long PAYLOAD = 1L << 20;

  @Test
  void shouldBeOpenedByItsPathWhileItIsOpen() throws Exception {
    int before = descriptors();
    Path path;
    try (SharedLog shared = SharedLog.create(PAYLOAD)) {
      assertThat(descriptors()).as("one for the path").isEqualTo(before + 1);
      path = Path.of(shared.path());
      try (FileChannel channel =
              FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
          EventLog other = EventLog.open(channel)) {
        assertThat(other.layout()).isEqualTo(shared.log().layout());
        shared.log().setRoleWord(3, 42);
        assertThat(other.roleWord(3)).isEqualTo(42);
      }
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  @Test
  void shouldKeepItsSizeWhateverTheServiceDoes() throws Exception {
    try (SharedLog shared = SharedLog.create(PAYLOAD);
        FileChannel channel =
            FileChannel.open(
                Path.of(shared.path()), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long size = channel.size();
      assertThatThrownBy(() -> channel.truncate(4096)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), size))
          .isInstanceOf(IOException.class);
      assertThat(channel.size()).isEqualTo(size);
    }
  }

  @Test
  void shouldLeaveNoDescriptorWhenTheSizeIsRefused() throws Exception {
    int before = descriptors();
    assertThatThrownBy(() -> SharedLog.create(PAYLOAD + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(descriptors()).isEqualTo(before);
  }

  /** How many descriptors of logs this process has. */
  private static int descriptors() throws IOException {
    int count = 0;
    for (File descriptor : new File("/proc/self/fd").listFiles()) {
      Path link = descriptor.toPath();
      if (Files.isSymbolicLink(link)
          && Files.readSymbolicLink(link).toString().contains("ftrun-event-log")) {
        count++;
      }
    }
    return count;
  }
}
