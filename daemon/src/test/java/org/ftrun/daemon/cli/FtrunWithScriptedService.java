package org.ftrun.daemon.cli;

import org.ftrun.daemon.service.ScriptedService;

/**
 * ftrun with a service that runs nothing: each signal that it is passed is printed to stderr, and
 * SIGTERM ends it with status 7.
 */
final class FtrunWithScriptedService {
  private FtrunWithScriptedService() {}

  public static void main(String[] arguments) {
    System.exit(
        FtrunCommand.run(
            System.out,
            System.err,
            options -> {
              System.err.println("launched " + options.command());
              ScriptedService service = new ScriptedService();
              Thread printer = new Thread(() -> print(service), "printer");
              printer.setDaemon(true);
              printer.start();
              return service;
            },
            Kernel.running(),
            Host.current(),
            arguments));
  }

  private static void print(ScriptedService service) {
    try {
      for (; ; ) {
        String asked = service.asked.take();
        System.err.println(asked);
        if (asked.startsWith("signal 15 ")) {
          service.end(7);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
