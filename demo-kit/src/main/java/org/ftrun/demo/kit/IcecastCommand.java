package org.ftrun.demo.kit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Debian's icecast2 on the loopback interface. It gives up root for nobody, who has no way into the
 * directory, so it keeps no logs.
 */
public final class IcecastCommand {
  private static final Path PROGRAM = Path.of("/usr/bin/icecast2");

  /** What a new listener is given at once, bytes. */
  private static final int BURST = 65_535;

  private IcecastCommand() {}

  /**
   * Writes a configuration into a directory that everybody may enter.
   *
   * @param password that of sources and of the administrator
   * @param behind how many bytes a listener may be behind before it is dropped; at least eight
   *     times the burst of 64 KiB that a new one is given at once
   * @return the program and arguments that serve it
   * @throws DemoException if icecast2 is missing, or the file cannot be written
   */
  public static List<String> write(
      Path directory, InetSocketAddress address, String password, long behind)
      throws DemoException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new DemoException(PROGRAM + " is missing: install the package icecast2");
    }
    Path file = directory.resolve("icecast.xml");
    try {
      Files.writeString(file, text(address, password, behind));
    } catch (IOException e) {
      throw new DemoException("cannot write " + file + ": " + e.getMessage(), e);
    }
    return List.of(PROGRAM.toString(), "-c", file.toString());
  }

  private static String text(InetSocketAddress address, String password, long behind) {
    boolean root = System.getProperty("user.name").equals("root");
    return String.format(
        Locale.ROOT,
        """
        <icecast>
          <location>here</location>
          <admin>root@localhost</admin>
          <hostname>localhost</hostname>
          <limits>
            <clients>1000</clients>
            <sources>2</sources>
            <queue-size>%1$d</queue-size>
            <client-timeout>60</client-timeout>
            <header-timeout>60</header-timeout>
            <source-timeout>60</source-timeout>
            <burst-size>%2$d</burst-size>
          </limits>
          <authentication>
            <source-password>%3$s</source-password>
            <admin-user>admin</admin-user>
            <admin-password>%3$s</admin-password>
          </authentication>
          <listen-socket>
            <port>%4$d</port>
            <bind-address>%5$s</bind-address>
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
        %6$s  </security>
        </icecast>
        """,
        Math.max(8L * BURST, behind),
        BURST,
        password,
        address.getPort(),
        address.getAddress().getHostAddress(),
        root ? "    <changeowner><user>nobody</user><group>nogroup</group></changeowner>\n" : "");
  }
}
