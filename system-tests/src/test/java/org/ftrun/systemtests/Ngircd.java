package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Debian's ngircd. */
final class Ngircd {
  private Ngircd() {}

  /** Writes the configuration and returns the command that starts the server. */
  static List<String> prepare(Path directory, int port) throws IOException {
    return prepare(directory, port, "no");
  }

  /** As that, with look-ups of each client's name, by a child process each. */
  static List<String> prepareWithLookUps(Path directory, int port) throws IOException {
    return prepare(directory, port, "yes");
  }

  private static List<String> prepare(Path directory, int port, String lookUps) throws IOException {
    Path file = directory.resolve("ngircd.conf");
    Files.writeString(
        file,
        """
        [Global]
        Name = irc.example.net
        Info = test
        AdminInfo1 = test
        Listen = 127.0.0.1
        Ports = %d
        MotdPhrase = hello
        [Limits]
        MaxConnectionsIP = 0
        MaxJoins = 0
        MaxNickLength = 20
        MaxPenaltyTime = 0
        PingTimeout = 600
        [Options]
        DNS = %s
        Ident = %s
        PAM = no
        """
            .formatted(port, lookUps, lookUps));
    return List.of("/usr/sbin/ngircd", "-n", "-f", file.toString());
  }
}
