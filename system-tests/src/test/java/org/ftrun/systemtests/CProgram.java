package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A program of {@code src/test/c}, compiled once a test run. */
record CProgram(String name, Linking linking) {
  static final Path SOURCES = Path.of("src/test/c").toAbsolutePath();

  private static final Path EXECUTABLES = Path.of("target/c").toAbsolutePath();
  private static final Map<CProgram, Path> COMPILED = new ConcurrentHashMap<>();

  /** The executable's absolute path. */
  Path executable() {
    return COMPILED.computeIfAbsent(this, CProgram::compile);
  }

  /** Compiles a source to a shared library; returns its absolute path. */
  static Path library(String name) {
    return compile(name, EXECUTABLES.resolve(name + ".so"), List.of("gcc", "-fPIC", "-shared"));
  }

  private Path compile() {
    String suffix = linking.name().toLowerCase(java.util.Locale.ROOT);
    return compile(name, EXECUTABLES.resolve(name + "-" + suffix), linking.command());
  }

  private static Path compile(String name, Path target, List<String> compiler) {
    List<String> command = new ArrayList<>(compiler);
    command.addAll(List.of("-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"));
    command.addAll(List.of("-o", target.toString(), SOURCES.resolve(name + ".c").toString()));
    try {
      Files.createDirectories(EXECUTABLES);
      Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
      gcc.getOutputStream().close();
      String output = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(gcc.waitFor()).as("%s: %s", command, output).isZero();
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(compiler.get(0) + " is needed for the system tests", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
