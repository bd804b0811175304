package org.ftrun.daemon.cli;

import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ServiceLauncher;

/** ftrun's entry point. */
public final class Ftrun {
  private static final ServiceLauncher LAUNCHER =
      options -> {
        throw new LaunchException(LaunchException.FTRUN_FAILED, "protection is not built yet");
      };

  private Ftrun() {}

  /** Runs a service; the exit status is the contract's. */
  public static void main(String[] arguments) {
    System.exit(
        FtrunCommand.run(
            System.out, System.err, LAUNCHER, Kernel.running(), Host.current(), arguments));
  }
}
