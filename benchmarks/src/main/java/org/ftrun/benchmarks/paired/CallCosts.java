package org.ftrun.benchmarks.paired;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.Workspace;

/** The C program call-cost, which says what single calls cost. */
final class CallCosts {
  private static final String SOURCE = "call-cost.c";

  private final Workspace workspace;
  private final Path ftrun;
  private final Cores cores;
  private final Path program;

  /** Compiles the program. */
  CallCosts(Workspace workspace, Path ftrun, Cores cores)
      throws DemoException, InterruptedException {
    this.workspace = workspace;
    this.ftrun = ftrun;
    this.cores = cores;
    this.program = workspace.path("call-cost");
    Path source = workspace.path(SOURCE);
    try (InputStream text = CallCosts.class.getResourceAsStream(SOURCE)) {
      Files.write(source, text.readAllBytes());
      Process gcc =
          new ProcessBuilder("gcc", "-O2", "-Wall", "-o", "" + program, "" + source)
              .inheritIO()
              .start();
      if (!gcc.waitFor(60, TimeUnit.SECONDS) || gcc.exitValue() != 0) {
        throw new DemoException("cannot compile " + SOURCE);
      }
    } catch (IOException e) {
      throw new DemoException("cannot compile " + SOURCE + ": " + e.getMessage(), e);
    }
  }

  /** Nanoseconds by name of the call. */
  Map<String, Double> measure(Manner manner) throws DemoException, InterruptedException {
    boolean stops = manner == Manner.FTRUN_SLOW || manner == Manner.STRACE;
    List<String> command = List.of("" + program, stops ? "200" : "10000", stops ? "5" : "21");
    Map<String, Double> costs = new LinkedHashMap<>();
    try (RunningServer running =
            RunningServer.start(
                manner,
                workspace,
                ftrun,
                cores,
                "call-cost",
                command,
                ProcessBuilder.Redirect.PIPE);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    running.process().getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); !"done".equals(line); line = lines.readLine()) {
        if (line == null) {
          throw new DemoException(
              "call-cost ended early" + workspace.lastLine("call-cost.log").orElse(""));
        }
        String[] words = line.split(" ");
        costs.put(words[0], Double.parseDouble(words[1]));
      }
      // Throws unless the program is protected to the end.
      running.usage();
      running.process().getOutputStream().close();
    } catch (IOException e) {
      throw new DemoException("cannot read from call-cost: " + e.getMessage(), e);
    }
    return costs;
  }
}
