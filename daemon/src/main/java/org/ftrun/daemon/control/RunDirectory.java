package org.ftrun.daemon.control;

import static org.ftrun.daemon.control.ControlException.Category.NOT_PERMITTED;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The directory of the control sockets. */
public record RunDirectory(Path path) {
  private static final String SUFFIX = ".sock";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+@:-]{0,63}");

  /** sun_path of unix(7) has 108 bytes, one of them the final NUL. */
  private static final int LONGEST_SOCKET_PATH = 107;

  /**
   * The directory to use.
   *
   * @param wanted what the user asked for, or null
   * @param root whether the user is root
   * @param environment the environment, for XDG_RUNTIME_DIR
   * @throws ControlException if there is no default for this user
   */
  public static RunDirectory choose(Path wanted, boolean root, Map<String, String> environment)
      throws ControlException {
    if (wanted != null) {
      return new RunDirectory(wanted.toAbsolutePath().normalize());
    }
    if (root) {
      return new RunDirectory(Path.of("/run/ftrun"));
    }
    String user = environment.get("XDG_RUNTIME_DIR");
    if (user == null || user.isEmpty()) {
      throw new ControlException(
          NOT_PERMITTED,
          "no permission for /run/ftrun: run as root, or set XDG_RUNTIME_DIR or --run-dir");
    }
    return new RunDirectory(Path.of(user, "ftrun"));
  }

  /** Whether a service may have this name: it becomes part of a file name. */
  public static boolean isValidName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Where the service's control socket is. */
  public Path socket(String name) {
    return path.resolve(name + SUFFIX);
  }

  /** The names that have a socket here, sorted; dead ones included. */
  public List<String> names() throws ControlException {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ControlException(NOT_PERMITTED, "cannot read " + path + ": " + reason(e));
    }
  }

  /** Makes the directory, mode 0755, unless it exists, and checks that the name's path fits. */
  void prepare(String name) throws ControlException {
    if (socket(name).toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_PATH) {
      throw new ControlException(
          NOT_PERMITTED,
          "control socket path longer than 107 bytes: choose a shorter --run-dir or --name");
    }
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    } catch (IOException e) {
      throw unusable(e);
    }
    if (!Files.isWritable(path)) {
      throw unusable(new AccessDeniedException(path.toString()));
    }
  }

  /** The directory cannot be used, for the reason given. */
  ControlException unusable(IOException e) {
    return new ControlException(
        NOT_PERMITTED,
        "run directory " + path + " cannot be used: " + reason(e) + "; choose another --run-dir");
  }

  /** A short reason in place of the JDK's, which often is only a file name. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason().toLowerCase(java.util.Locale.ROOT);
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown reason");
  }
}
