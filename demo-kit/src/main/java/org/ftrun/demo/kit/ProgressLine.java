package org.ftrun.demo.kit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A line that says how far the run is: rewritten in place on a terminal, printed anew every few
 * seconds otherwise.
 */
public final class ProgressLine {
  private static final Duration ON_TERMINAL = Duration.ofMillis(200);
  private static final Duration ELSEWHERE = Duration.ofSeconds(5);

  private final PrintStream out;
  private final boolean terminal;
  private long lastNanos;
  private boolean shown;

  /** Creates the line. */
  public ProgressLine(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
    this.lastNanos = System.nanoTime() - ELSEWHERE.toNanos();
  }

  /** A line on standard output, which counts as a terminal if it is one. */
  public static ProgressLine onStandardOutput(PrintStream out) {
    return new ProgressLine(out, standardOutputIsTerminal());
  }

  private static boolean standardOutputIsTerminal() {
    // System.console() needs a terminal as standard input too, and from JDK 22 on needs none.
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Shows the text if it is time to. */
  public void show(String text) {
    long now = System.nanoTime();
    if (now - lastNanos < (terminal ? ON_TERMINAL : ELSEWHERE).toNanos()) {
      return;
    }
    lastNanos = now;
    shown = true;
    if (terminal) {
      // Carriage return, text, and "erase to the end of the line".
      out.print("\r" + text + "\u001b[K");
      out.flush();
    } else {
      out.println(text);
    }
  }

  /** Leaves the line, so that other output can follow. */
  public void end() {
    if (terminal && shown) {
      out.println();
    }
    shown = false;
  }
}
