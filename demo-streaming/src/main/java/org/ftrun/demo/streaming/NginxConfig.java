package org.ftrun.demo.streaming;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.ServerCommand;
import org.ftrun.demo.kit.Workspace;

/**
 * Debian's nginx, configured for the demo: one process in the foreground, on the loopback
 * interface, every file inside the workspace.
 *
 * <p>The bit rate is nginx's own limit_rate. Left alone it sends a second's worth at once and then
 * waits; with sendfile_max_chunk at a twentieth of the rate it sends that much, waits for the time
 * it is worth (ngx_http_write_filter), and so paces itself every 50 ms. tcp_nopush stays off: it
 * would hold such small pieces back.
 */
final class NginxConfig {
  private static final Path PROGRAM = Path.of("/usr/sbin/nginx");
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
    if (!Files.isExecutable(PROGRAM)) {
      throw new DemoException(PROGRAM + " is missing: install the package nginx");
    }
    Path directory = workspace.makeDirectory("nginx");
    Path file =
        workspace.write("nginx.conf", text(address, directory, root, bytesPerSecond, sendfile));
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    if (knowsErrorLogOption()) {
      // Otherwise it opens the log in /var/log before it has read the configuration.
      command.addAll(List.of("-e", directory.resolve("error.log").toString()));
    }
    command.addAll(List.of("-p", directory.toString(), "-c", file.toString()));
    return new ServerCommand("demo-streaming", command, address);
  }

  /** Option -e came with nginx 1.19.5. */
  private static boolean knowsErrorLogOption() throws DemoException {
    try {
      Process help = new ProcessBuilder(PROGRAM.toString(), "-h").redirectErrorStream(true).start();
      return new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .contains("-e filename");
    } catch (IOException e) {
      throw new DemoException("cannot run " + PROGRAM + ": " + e.getMessage(), e);
    }
  }

  private static String text(
      InetSocketAddress address, Path directory, Path root, long bytesPerSecond, boolean sendfile) {
    // nginx reads files in whole pages and would round the piece up.
    long piece = Math.max(PAGE, bytesPerSecond / SENDS_PER_SECOND / PAGE * PAGE);
    return String.format(
        Locale.ROOT,
        """
        daemon off;
        master_process off;
        pid %1$s/nginx.pid;
        error_log %1$s/error.log warn;
        events { worker_connections 512; }
        http {
          access_log off;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          default_type application/octet-stream;
          sendfile %2$s;
          sendfile_max_chunk %3$d;
          output_buffers 1 %3$d;
          tcp_nopush off;
          tcp_nodelay on;
          server {
            listen %4$s:%5$d;
            root %6$s;
            location / { limit_rate %7$d; }
          }
        }
        """,
        directory,
        sendfile ? "on" : "off",
        piece,
        address.getAddress().getHostAddress(),
        address.getPort(),
        root,
        bytesPerSecond);
  }
}
