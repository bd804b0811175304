package org.ftrun.daemon.cli;

import java.util.Map;
import java.util.Optional;
import org.ftrun.daemon.service.ServiceOptions.LaunchState;
import org.ftrun.tracer.libc.Libc;

/**
 * What ftrun finds around itself.
 *
 * @param launchState what the launcher recorded; empty if ftrun was not started by it
 * @param root whether the effective user is root
 * @param environment the JVM's environment: PATH, HOME and few others
 */
record Host(Optional<LaunchState> launchState, boolean root, Map<String, String> environment) {
  private static final int SYS_GETEUID = 107;

  static Host current() {
    return new Host(launched(), Libc.call(SYS_GETEUID) == 0, System.getenv());
  }

  private static Optional<LaunchState> launched() {
    Integer descriptor = Integer.getInteger("ftrun.launchState");
    String launcher = System.getProperty("ftrun.launcher");
    return descriptor == null || launcher == null
        ? Optional.empty()
        : Optional.of(new LaunchState(launcher, descriptor));
  }
}
