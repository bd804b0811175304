package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * One thread of another process that stands, as if the machine had no time for it, until closed.
 */
final class HeldThread implements AutoCloseable {
  private final Process holder;

  private HeldThread(Process holder) {
    this.holder = holder;
  }

  /**
   * Stops a thread that nobody traces.
   *
   * @param tid as /proc shows it
   */
  static HeldThread hold(long tid) throws IOException {
    String program = new CProgram("hold_thread", Linking.DYNAMIC).executable().toString();
    Process holder = new ProcessBuilder(program, "" + tid).redirectErrorStream(true).start();
    BufferedReader output = holder.inputReader(StandardCharsets.UTF_8);
    assertThat(output.readLine()).as("thread %d is held", tid).isEqualTo("held");
    return new HeldThread(holder);
  }

  /** Fails if it goes on by now. */
  void assertHeld() {
    assertThat(holder.isAlive()).as("the thread still stands").isTrue();
  }

  /** Lets it go on; fails if it could not be let go. */
  @Override
  public void close() throws IOException {
    holder.getOutputStream().close();
    try {
      assertThat(holder.waitFor()).as("exit status of hold_thread").isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      holder.destroyForcibly(); // the kernel lets go what it held
    }
  }
}
