package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Debian's ngircd, without the look-ups for which it would start child processes. */
final class Ngircd {
  private Ngircd() {}

  /** Writes the configuration and returns the command that starts the server. */
  static List<String> prepare(Path directory, int port) throws IOException {
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
        DNS = no
        Ident = no
        PAM = no
        """
            .formatted(port));
    return List.of("/usr/sbin/ngircd", "-n", "-f", file.toString());
  }
}
