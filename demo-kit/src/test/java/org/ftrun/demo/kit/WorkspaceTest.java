package org.ftrun.demo.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class WorkspaceTest {

  @Test
  void shouldEndNotedProcessesWhenAskedTo(@TempDir Path directory) throws Exception {
    Process process = new ProcessBuilder("sleep", "1000").start();
    Workspace workspace = Workspace.open(directory);
    workspace.noteProcess(process.pid());
    workspace.noteProcess(process.pid());
    assertThat(directory.resolve("processes"))
        .content()
        .startsWith(process.pid() + " ")
        .hasLineCount(1);
    workspace.killProcesses();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldSpareAProcessWhenItsPidWasUsedAgain(@TempDir Path directory) throws Exception {
    Process process = new ProcessBuilder("sleep", "1000").start();
    try {
      Files.writeString(directory.resolve("processes"), process.pid() + " 1\n");
      Workspace.open(directory).killProcesses();
      assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldRemoveItsDirectoryWhenItMadeItItself() throws Exception {
    Path file;
    try (Workspace workspace = Workspace.open(null)) {
      file = workspace.write("log", "first\nlast\n\n");
      assertThat(workspace.lastLine("log")).contains("last");
      assertThat(workspace.lastLine("none")).isEmpty();
      workspace.write("mixed", "a 1\na 2\nb\na 3\nb\n");
      assertThat(workspace.lastLines("mixed", "a", 2)).containsExactly("a 2", "a 3");
    }
    assertThat(file.getParent()).doesNotExist();
  }
}
