package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's redis, and its own client. */
final class Redis {
  private static final int CLIENT_SECONDS = 20;

  private Redis() {}

  /** The command that starts a server that makes no snapshots of its own accord. */
  static List<String> command(Path directory, int port, String... options) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("/usr/bin/redis-server", "--port", "" + port, "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--dir", "" + directory));
    command.addAll(List.of(options));
    return command;
  }

  /** What redis-cli prints when it is given these words. */
  static String ask(int port, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("redis-cli", "-p", "" + port));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(CLIENT_SECONDS, TimeUnit.SECONDS)).isTrue();
      return output.strip();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
