package org.ftrun.daemon.cli;

import static org.ftrun.daemon.service.LaunchException.CANNOT_EXECUTE;
import static org.ftrun.daemon.service.LaunchException.NOT_FOUND;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The file behind COMMAND, looked at before anything is started. exec has the last word: a file
 * that cannot be read here, or whose format is unknown, passes.
 */
final class CommandFile {
  /** What execvp searches without PATH (glibc's CS_PATH). */
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  /** As in the kernel's fs/exec.c: an interpreter of an interpreter, so often. */
  private static final int DEEPEST_INTERPRETER = 5;

  private static final int LONGEST_FIRST_LINE = 256;
  private static final int ELF_CLASS = 4;
  private static final int ELF_CLASS_64 = 2;
  private static final int ELF_MACHINE = 18;
  private static final int ELF_MACHINE_X86_64 = 62;

  private CommandFile() {}

  /**
   * Finds the command and checks that it can be executed and protected.
   *
   * @throws UserError 127 if it is not found, 126 if it cannot be executed or is not for x86-64
   */
  static Path check(String command, Map<String, String> environment) throws UserError {
    try {
      Path file = find(command, environment.getOrDefault("PATH", DEFAULT_PATH));
      checkFormat(command, file, 0);
      return file;
    } catch (InvalidPathException e) {
      throw new UserError(NOT_FOUND, command + ": command not found");
    }
  }

  private static Path find(String command, String searchPath) throws UserError {
    if (command.contains("/")) {
      Path file = Path.of(command);
      if (!Files.exists(file)) {
        throw new UserError(NOT_FOUND, command + ": no such file");
      }
      return requireExecutable(command, file);
    }
    Path notExecutable = null;
    for (String directory : searchPath.split(":", -1)) {
      Path file = Path.of(directory.isEmpty() ? "." : directory, command);
      if (command.isEmpty() || !Files.isRegularFile(file)) {
        continue;
      }
      if (Files.isExecutable(file)) {
        return file;
      }
      notExecutable = file;
    }
    if (notExecutable != null) {
      return requireExecutable(notExecutable.toString(), notExecutable);
    }
    throw new UserError(NOT_FOUND, command + ": command not found");
  }

  private static Path requireExecutable(String command, Path file) throws UserError {
    if (Files.isDirectory(file)) {
      throw new UserError(CANNOT_EXECUTE, command + ": is a directory");
    }
    if (!Files.isExecutable(file)) {
      throw new UserError(CANNOT_EXECUTE, command + ": is not executable (chmod +x?)");
    }
    return file;
  }

  private static void checkFormat(String command, Path file, int depth) throws UserError {
    byte[] start;
    try (InputStream input = Files.newInputStream(file)) {
      start = input.readNBytes(LONGEST_FIRST_LINE);
    } catch (IOException e) {
      return; // executable without being readable is legal
    }
    if (start.length > ELF_MACHINE && start[0] == 0x7f && text(start, 1, 4).equals("ELF")) {
      if (start[ELF_CLASS] != ELF_CLASS_64 || start[ELF_MACHINE] != ELF_MACHINE_X86_64) {
        throw new UserError(
            CANNOT_EXECUTE,
            command + ": not a 64-bit x86 program, ftrun cannot protect it; run it without ftrun");
      }
    } else if (start.length > 2 && text(start, 0, 2).equals("#!") && depth < DEEPEST_INTERPRETER) {
      String line = text(start, 2, start.length).lines().findFirst().orElse("").strip();
      String interpreter = line.split("[ \t]", 2)[0];
      if (!interpreter.isEmpty()) {
        checkInterpreter(command, interpreter, depth);
      }
    }
  }

  private static void checkInterpreter(String command, String interpreter, int depth)
      throws UserError {
    Path file = Path.of(interpreter);
    if (!Files.exists(file)) {
      throw new UserError(
          CANNOT_EXECUTE, command + ": its interpreter " + interpreter + " does not exist");
    }
    checkFormat(command, requireExecutable(interpreter, file), depth + 1);
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
