package org.ftrun.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Debian's web servers, serving the directory {@code www}; {@code /file} at 3 MiB/s. */
enum HttpServer {
  /** nginx without master and workers. */
  NGINX {
    @Override
    String configuration(Path directory, int port) {
      return """
      user root;
      daemon off;
      master_process off;
      pid %1$s/nginx.pid;
      error_log stderr;
      events { worker_connections 512; }
      http {
        access_log off;
        keepalive_requests 100000000;
        %3$s
        sendfile on;
        server {
          listen 127.0.0.1:%2$d;
          root %1$s/www;
          location = /file { limit_rate 3m; }
        }
      }
      """
          .formatted(directory, port, NGINX_TEMPORARY.formatted(directory));
    }

    @Override
    List<String> command(Path configuration) {
      return nginx(configuration);
    }
  },
  /** nginx as it usually runs: a master and two workers. */
  NGINX_WITH_WORKERS {
    @Override
    String configuration(Path directory, int port) {
      return NGINX
          .configuration(directory, port)
          .replace("master_process off;", "worker_processes 2;");
    }

    @Override
    List<String> command(Path configuration) {
      return nginx(configuration);
    }
  },
  /** lighttpd in the foreground. */
  LIGHTTPD {
    @Override
    String configuration(Path directory, int port) {
      return """
      server.bind = "127.0.0.1"
      server.port = %2$d
      server.document-root = "%1$s/www"
      server.upload-dirs = ( "%1$s" )
      server.max-keep-alive-requests = 65535
      $HTTP["url"] == "/file" { connection.kbytes-per-second = 3072 }
      """
          .formatted(directory, port);
    }

    @Override
    List<String> command(Path configuration) {
      return List.of("/usr/sbin/lighttpd", "-D", "-f", configuration.toString());
    }
  },
  /** lighttpd with PHP as a FastCGI child, which counts by files how often each name was asked. */
  LIGHTTPD_WITH_PHP {
    @Override
    String configuration(Path directory, int port) {
      return """
      server.modules = ( "mod_rewrite", "mod_fastcgi" )
      url.rewrite-once = ( "^/(count[0-9]+)$" => "/count.php" )
      fastcgi.server = ( ".php" => ((
        "bin-path" => "/usr/bin/php-cgi",
        "socket" => "%s/php.sock",
        "max-procs" => 1,
        "bin-environment" => ( "PHP_FCGI_MAX_REQUESTS" => "0" )
      )))
      """
              .formatted(directory)
          + LIGHTTPD.configuration(directory, port);
    }

    @Override
    List<String> command(Path configuration) throws IOException {
      Files.writeString(configuration.resolveSibling("www").resolve("count.php"), COUNT_PHP);
      return LIGHTTPD.command(configuration);
    }
  };

  /** What lighttpd passes on to PHP, a FastCGI child of its own; it counts for each name. */
  private static final String COUNT_PHP =
      """
      <?php
      $name = basename($_SERVER['REQUEST_URI']);
      $file = dirname(__DIR__) . "/$name.count";
      $count = (int) @file_get_contents($file) + 1;
      file_put_contents($file, $count);
      $body = "/$name $count\r\n";
      header('Content-Length: ' . strlen($body));
      echo $body;
      """;

  private static final String NGINX_TEMPORARY =
      "client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fcgi;"
          + " uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;";

  private static List<String> nginx(Path configuration) {
    return List.of("/usr/sbin/nginx", "-e", "stderr", "-c", configuration.toString());
  }

  abstract String configuration(Path directory, int port);

  abstract List<String> command(Path configuration) throws IOException;

  /** Writes the configuration and returns the command that starts the server. */
  List<String> prepare(Path directory, int port) throws IOException {
    Files.createDirectories(directory.resolve("www"));
    Path file = directory.resolve("server.conf");
    Files.writeString(file, configuration(directory, port));
    return command(file);
  }

  /**
   * Puts a file of random bytes where {@link #prepare} has the server look for it.
   *
   * @return its content
   */
  static byte[] content(Path directory, String name, int length) throws IOException {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    Path served = Files.createDirectories(directory.resolve("www")).resolve(name);
    Files.write(served, content);
    return content;
  }
}
