package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Debian's icecast2, which gives up root for the user that it is told; its logs go to /dev/null,
 * for that user has no way into a test's directory.
 */
final class Icecast {
  static final String SOURCE_PASSWORD = "secret";

  private Icecast() {}

  /** Writes the configuration and returns the command that starts the server. */
  static List<String> prepare(Path directory, int port) throws IOException {
    Path file = directory.resolve("icecast.xml");
    Files.writeString(
        file,
        """
        <icecast>
          <location>test</location>
          <admin>root@localhost</admin>
          <hostname>localhost</hostname>
          <limits>
            <clients>100</clients>
            <sources>2</sources>
            <queue-size>524288</queue-size>
            <client-timeout>60</client-timeout>
            <header-timeout>60</header-timeout>
            <source-timeout>60</source-timeout>
            <burst-size>65535</burst-size>
          </limits>
          <authentication>
            <source-password>%1$s</source-password>
            <admin-user>admin</admin-user>
            <admin-password>%1$s</admin-password>
          </authentication>
          <listen-socket>
            <port>%2$d</port>
            <bind-address>127.0.0.1</bind-address>
          </listen-socket>
          <paths>
            <basedir>/usr/share/icecast2</basedir>
            <logdir>/dev</logdir>
            <webroot>/usr/share/icecast2/web</webroot>
            <adminroot>/usr/share/icecast2/admin</adminroot>
          </paths>
          <logging>
            <accesslog>null</accesslog>
            <errorlog>null</errorlog>
            <logsize>0</logsize>
          </logging>
          <security>
            <chroot>0</chroot>
            <changeowner><user>nobody</user><group>nogroup</group></changeowner>
          </security>
        </icecast>
        """
            .formatted(SOURCE_PASSWORD, port));
    return List.of("/usr/bin/icecast2", "-c", file.toString());
  }
}
