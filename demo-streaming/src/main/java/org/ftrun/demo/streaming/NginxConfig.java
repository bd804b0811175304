package org.ftrun.demo.streaming;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.NginxCommand;
import org.ftrun.demo.kit.ServerCommand;
import org.ftrun.demo.kit.Workspace;

/**
 * nginx, configured for the demo: files on the loopback interface, at a bit rate.
 *
 * <p>The bit rate is nginx's own limit_rate. Left alone it sends a second's worth at once and then
 * waits; with sendfile_max_chunk at a twentieth of the rate it sends that much, waits for the time
 * it is worth (ngx_http_write_filter), and so paces itself every 50 ms. tcp_nopush stays off: it
 * would hold such small pieces back.
 */
final class NginxConfig {
  private static final int SENDS_PER_SECOND = 20;
  private static final int PAGE = 4096;

  private NginxConfig() {}

  /**
   * Writes the configuration; returns the command that serves it.
   *
   * @param root directory of the files to serve
   * @param bytesPerSecond what each client gets
   * @param sendfile whether nginx uses sendfile(2), as Debian's configuration has it
   */
  static ServerCommand write(
      Workspace workspace,
      InetSocketAddress address,
      Path root,
      long bytesPerSecond,
      boolean sendfile)
      throws DemoException {
    List<String> command =
        NginxCommand.write(workspace, http(address, root, bytesPerSecond, sendfile));
    return new ServerCommand("demo-streaming", command, address);
  }

  private static String http(
      InetSocketAddress address, Path root, long bytesPerSecond, boolean sendfile) {
    // nginx reads files in whole pages and would round the piece up.
    long piece = Math.max(PAGE, bytesPerSecond / SENDS_PER_SECOND / PAGE * PAGE);
    return String.format(
        Locale.ROOT,
        """
        default_type application/octet-stream;
        sendfile %1$s;
        sendfile_max_chunk %2$d;
        output_buffers 1 %2$d;
        tcp_nopush off;
        tcp_nodelay on;
        server {
          listen %3$s:%4$d;
          root %5$s;
          location / { limit_rate %6$d; }
        }
        """,
        sendfile ? "on" : "off",
        piece,
        address.getAddress().getHostAddress(),
        address.getPort(),
        root,
        bytesPerSecond);
  }
}
