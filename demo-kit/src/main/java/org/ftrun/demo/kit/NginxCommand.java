package org.ftrun.demo.kit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Debian's nginx as one process in the foreground, with every file inside the workspace. */
public final class NginxCommand {
  private static final Path PROGRAM = Path.of("/usr/sbin/nginx");

  private NginxCommand() {}

  /**
   * Writes a configuration.
   *
   * @param http what its http block says beside where files go; it keeps no log of accesses
   * @return the program and arguments that serve it
   * @throws DemoException if nginx is missing, or the file cannot be written
   */
  public static List<String> write(Workspace workspace, String http) throws DemoException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new DemoException(PROGRAM + " is missing: install the package nginx");
    }
    Path directory = workspace.makeDirectory("nginx");
    Path file = workspace.write("nginx.conf", text(directory, http));
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    if (knowsErrorLogOption()) {
      // Otherwise it opens the log in /var/log before it has read the configuration.
      command.addAll(List.of("-e", directory.resolve("error.log").toString()));
    }
    command.addAll(List.of("-p", directory.toString(), "-c", file.toString()));
    return command;
  }

  private static String text(Path directory, String http) {
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
        %2$s
        }
        """,
        directory,
        http.indent(2).stripTrailing());
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
}
