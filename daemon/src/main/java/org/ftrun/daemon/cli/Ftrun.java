package org.ftrun.daemon.cli;

import org.ftrun.daemon.group.ServiceGroup;

/** ftrun's entry point. */
public final class Ftrun {
  private Ftrun() {}

  /** Runs a service; the exit status is the contract's. */
  public static void main(String[] arguments) {
    System.exit(
        FtrunCommand.run(
            System.out,
            System.err,
            ServiceGroup::launch,
            Kernel.running(),
            Host.current(),
            arguments));
  }
}
