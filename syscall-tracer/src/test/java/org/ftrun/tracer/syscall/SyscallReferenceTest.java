package org.ftrun.tracer.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SyscallReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "syscalls.md");
  private static final String REGENERATE =
      "mvn -q -pl syscall-tracer -am compile && java -cp syscall-tracer/target/classes"
          + " org.ftrun.tracer.syscall.SyscallReference docs/syscalls.md";

  @Test
  void shouldEqualTheTableWhenThePageIsUpToDate() throws Exception {
    boolean upToDate = Files.exists(PAGE) && Files.readString(PAGE).equals(SyscallReference.page());

    assertThat(upToDate)
        .as("docs/syscalls.md is stale; regenerate it with: " + REGENERATE)
        .isTrue();
  }

  @Test
  void shouldListEachCallOnceWhenGenerated() {
    String page = SyscallReference.page();

    for (SyscallRow row : SyscallTable.rows()) {
      String cell = "| " + row.number() + " | " + row.name() + " | ";
      assertThat(page.contains(cell)).as(cell).isEqualTo(SyscallTable.isListed(row));
    }
  }
}
