package org.ftrun.demo.irc;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.ServerCommand;
import org.ftrun.demo.kit.Workspace;

/**
 * Debian's ngircd, configured for the demo: on the loopback interface, without look-ups, without
 * limits on clients from one address (ngircd.conf(5)). It writes no file; its log is its output.
 */
final class NgircdConfig {
  private static final Path PROGRAM = Path.of("/usr/sbin/ngircd");

  private NgircdConfig() {}

  /** Writes the configuration; returns the command that serves it in the foreground. */
  static ServerCommand write(Workspace workspace, InetSocketAddress address) throws DemoException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new DemoException(PROGRAM + " is missing: install the package ngircd");
    }
    Path noSnippets = workspace.makeDirectory("ngircd.conf.d");
    Path file = workspace.write("ngircd.conf", text(address, noSnippets));
    List<String> command = List.of(PROGRAM.toString(), "-n", "-f", file.toString());
    return new ServerCommand("demo-irc", command, address);
  }

  private static String text(InetSocketAddress address, Path noSnippets) {
    return """
        [Global]
        Name = irc.demo.local
        Info = ftrun demo
        Listen = %s
        Ports = %d
        MotdPhrase = "Hello"

        [Limits]
        MaxConnections = 0
        MaxConnectionsIP = 0
        MaxJoins = 0
        MaxNickLength = 16
        # No waiting time for clients that send a lot.
        MaxPenaltyTime = 0

        [Options]
        DNS = no
        Ident = no
        PAM = no
        ChrootDir =
        # Debian's drop-in directory is not ours.
        IncludeDir = %s
        """
        .formatted(address.getAddress().getHostAddress(), address.getPort(), noSnippets);
  }
}
