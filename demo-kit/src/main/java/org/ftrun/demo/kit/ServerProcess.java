package org.ftrun.demo.kit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A child process in the foreground, its output in a file of the workspace. */
final class ServerProcess {
  private static final String FTRUN_PREFIX = "ftrun:";
  private static final int MOST_WORDS = 20;
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Workspace workspace;
  private final String program;
  private final String log;
  private final Process process;

  private ServerProcess(Workspace workspace, String program, String log, Process process) {
    this.workspace = workspace;
    this.program = program;
    this.log = log;
    this.process = process;
  }

  static ServerProcess start(Workspace workspace, String log, List<String> command)
      throws DemoException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .redirectOutput(workspace.path(log).toFile())
              .start();
      workspace.noteProcess(process.pid());
      return new ServerProcess(workspace, command.get(0), log, process);
    } catch (IOException e) {
      throw new DemoException("cannot start " + command.get(0) + ": " + e.getMessage(), e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Throws, with the last words of the process, if it has ended. */
  void requireAlive() throws DemoException {
    if (!process.isAlive()) {
      // What ftrun said of it, if it is ftrun; else the last line, whosever it is.
      String words =
          Stream.concat(
                  workspace.lastLines(log, FTRUN_PREFIX, 1).stream(),
                  workspace.lastLine(log).stream())
              .findFirst()
              .map(line -> ": " + line)
              .orElse("");
      throw new DemoException(program + " ended with status " + process.exitValue() + words);
    }
  }

  /** The last messages of ftrun in the process's output, oldest first; none if it runs none. */
  List<String> lastWords() {
    return workspace.lastLines(log, FTRUN_PREFIX, MOST_WORDS);
  }

  /** Waits until something accepts connections at the address. */
  void awaitListening(InetSocketAddress address, Duration limit)
      throws DemoException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!accepts(address)) {
      requireAlive();
      if (System.nanoTime() - deadline > 0) {
        throw new DemoException(
            program + " does not listen on " + address + " after " + limit.toSeconds() + " s");
      }
      Thread.sleep(20);
    }
  }

  private static boolean accepts(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** SIGTERM, and SIGKILL for whatever is left after a time of grace. */
  void stop() {
    process.destroy();
    try {
      if (process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
