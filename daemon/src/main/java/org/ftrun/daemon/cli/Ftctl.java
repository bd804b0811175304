package org.ftrun.daemon.cli;

/** ftctl's entry point. */
public final class Ftctl {
  private Ftctl() {}

  /** Carries out one request; the exit status is the contract's. */
  public static void main(String[] arguments) {
    System.exit(FtctlCommand.run(System.out, System.err, arguments));
  }
}
