package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs a demo's script to its end, and sees to it that nothing is left of it. */
final class DemoRun {
  private static final Path SCRIPTS = Path.of("../scripts").toAbsolutePath().normalize();

  /** A demo waits for many things one after the other. */
  private static final Duration LIMIT = FtrunProcess.LIMIT.multipliedBy(3);

  private static final AtomicInteger STARTED = new AtomicInteger();

  private DemoRun() {}

  /** Runs {@code scripts/NAME} with options; its temporary files go below the directory. */
  static Outcome of(Path directory, String name, String... options) throws Exception {
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    Path output = directory.resolve("output");
    List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve(name).toString()));
    command.addAll(List.of(options));
    String mark = "demo-" + ProcessHandle.current().pid() + "-" + STARTED.incrementAndGet();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Files.createDirectories(directory.resolve("work")).toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put(Leftovers.VARIABLE, mark);
    builder.environment().put("TMPDIR", temporary.toString());
    builder.environment().put("FTRUN_BUILD", "no"); // the Maven that runs this has built it
    Process demo = builder.start();
    boolean ended;
    List<Long> left;
    try {
      ended = demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } finally {
      left = Leftovers.findStaying(mark, directory.toRealPath());
      Leftovers.kill(left);
    }
    String said = Files.readString(output);
    assertThat(ended).as("%s ends; so far:%n%s", name, said).isTrue();
    assertThat(left).as("processes left by %s:%n%s", name, said).isEmpty();
    assertThat(temporary).as("what %s has left", name).isEmptyDirectory();
    return new Outcome(said, demo.exitValue());
  }
}
