package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class UnpinnedTest {
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  @Test
  void shouldRunWhereTheProcessMayWhenItsCreatorIsPinned() throws InterruptedException {
    int process = (int) Libc.call(SyscallNumber.GETPID);
    String ofProcess = describe(process);
    Thread creator =
        new Thread(
            () -> {
              Affinity.ofCore(0).give(0);
              runAndJoin(() -> seen.add(describe(0)));
              runAndJoin(new Unpinned(() -> seen.add(describe(0))));
              seen.add(describe(0));
            });
    creator.start();
    creator.join();

    assertThat(seen).hasSize(3);
    assertThat(seen.get(0)).isNotEqualTo(ofProcess).isEqualTo(seen.get(2));
    assertThat(seen.get(1)).isEqualTo(ofProcess);
  }

  private static void runAndJoin(Runnable task) {
    Thread thread = new Thread(task);
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String describe(int tid) {
    return HexFormat.of().formatHex(Affinity.of(tid).bytes());
  }
}
