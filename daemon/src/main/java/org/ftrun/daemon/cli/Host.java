package org.ftrun.daemon.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.ftrun.daemon.service.ServiceOptions.LaunchState;

/**
 * What ftrun finds around itself.
 *
 * @param launchState what the launcher recorded; empty if ftrun was not started by it
 * @param root whether the effective user is root
 * @param environment the JVM's environment: PATH, HOME and few others
 */
record Host(Optional<LaunchState> launchState, boolean root, Map<String, String> environment) {
  static Host current() {
    return new Host(launched(), isRoot(), System.getenv());
  }

  /** The owner of /proc/self is the effective user, and ftctl starts faster without native code. */
  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new UncheckedIOException("/proc is not mounted", e);
    }
  }

  private static Optional<LaunchState> launched() {
    Integer descriptor = Integer.getInteger("ftrun.launchState");
    String launcher = System.getProperty("ftrun.launcher");
    return descriptor == null || launcher == null
        ? Optional.empty()
        : Optional.of(new LaunchState(launcher, descriptor));
  }
}
