package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.ftrun.benchmarks.paired.RedisLoad.Kind;
import org.ftrun.demo.irc.IrcLoad;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.IcecastCommand;
import org.ftrun.demo.kit.NginxCommand;
import org.ftrun.demo.kit.Workspace;

/** A real server and the load that it is put under. */
enum Workload {
  /** put, reserve and delete of jobs of 64 bytes; a request is one of these. */
  BEANSTALKD("beanstalkd", "command", 1.20, Workload::beanstalkd, BeanstalkLoad::new),
  /** 1 KiB over connections that are kept alive. */
  NGINX("nginx", "request", 1.12, Workload::nginx, Workload::wrk),
  /** As for nginx. */
  LIGHTTPD("lighttpd", "request", 1.12, Workload::lighttpd, Workload::wrk),
  /** GET by 50 clients; in redis one thread serves. */
  REDIS_GET("redis-get", "command", 1.10, Workload::redis, at -> new RedisLoad(at, Kind.GET, 1)),
  /** SET by 50 clients. */
  REDIS_SET("redis-set", "command", 1.10, Workload::redis, at -> new RedisLoad(at, Kind.SET, 1)),
  /** GET by 50 clients, each sending 16 at a time. */
  REDIS_PIPELINED(
      "redis-get-16", "command", 1.10, Workload::redis, at -> new RedisLoad(at, Kind.GET, 16)),
  /** 200 listeners of a live source of 256 kbit/s; several threads serve. */
  ICECAST("icecast2", "KiB", 0, Workload::icecast, Workload::broadcast),
  /** A file in chunks of 64 KiB by sendfile, as Debian configures nginx. */
  STREAMING("nginx-streaming", "64 KiB", 1.03, Workload::nginxWithFilm, Workload::stream),
  /**
   * 20 clients in two channels, 500 messages a second; a request is the delivery of a message to
   * one.
   */
  NGIRCD("ngircd", "delivery", 0, Workload::ngircd, Workload::talk);

  private static final String PAGE = "page";
  private static final int PAGE_BYTES = 1024;
  private static final String FILM = "film";
  private static final int FILM_BYTES = 64 << 20;
  private static final int LISTENERS = 200;
  private static final String PASSWORD = "bench";

  private final String label;
  private final String request;
  private final double cpuBar;

  private final Server server;
  private final Clients clients;

  /** Writes what a server needs and returns its command line. */
  private interface Server {
    List<String> program(Workspace workspace, InetSocketAddress address) throws DemoException;
  }

  /** Makes the clients of a server. */
  private interface Clients {
    Load connect(InetSocketAddress address) throws DemoException, InterruptedException;
  }

  Workload(String label, String request, double cpuBar, Server server, Clients clients) {
    this.label = label;
    this.request = request;
    this.cpuBar = cpuBar;
    this.server = server;
    this.clients = clients;
  }

  /** Its name, also of the service. */
  String label() {
    return label;
  }

  /** What one request is. */
  String request() {
    return request;
  }

  /** CPU per request under ftrun, at most, relative to native; 0 if there is no bar. */
  double cpuBar() {
    return cpuBar;
  }

  /** Writes what the server needs and returns its command line. */
  List<String> program(Workspace workspace, InetSocketAddress address) throws DemoException {
    return server.program(workspace, address);
  }

  /** Makes the clients. */
  Load connect(InetSocketAddress address) throws DemoException, InterruptedException {
    return clients.connect(address);
  }

  private static List<String> beanstalkd(Workspace workspace, InetSocketAddress address) {
    return List.of("/usr/bin/beanstalkd", "-l", "127.0.0.1", "-p", "" + address.getPort());
  }

  private static Load wrk(InetSocketAddress address) {
    return new WrkLoad("http://127.0.0.1:" + address.getPort() + "/" + PAGE);
  }

  private static List<String> lighttpd(Workspace workspace, InetSocketAddress address)
      throws DemoException {
    Path root = writeFile(workspace, PAGE, PAGE_BYTES);
    Path configuration =
        workspace.write(
            "lighttpd.conf",
            """
            server.bind = "127.0.0.1"
            server.port = %d
            server.document-root = "%s"
            server.upload-dirs = ( "%s" )
            server.max-keep-alive-requests = 65535
            """
                .formatted(address.getPort(), root, workspace.makeDirectory("uploads")));
    return List.of("/usr/sbin/lighttpd", "-D", "-f", configuration.toString());
  }

  private static List<String> icecast(Workspace workspace, InetSocketAddress address)
      throws DemoException {
    return IcecastCommand.write(workspace.path(""), address, PASSWORD, 0);
  }

  private static Load broadcast(InetSocketAddress address) throws DemoException {
    return new LiveLoad(address, PASSWORD, LISTENERS);
  }

  private static List<String> nginxWithFilm(Workspace workspace, InetSocketAddress address)
      throws DemoException {
    writeFile(workspace, FILM, FILM_BYTES);
    return nginx(workspace, address);
  }

  private static Load stream(InetSocketAddress address) throws DemoException {
    return new StreamLoad(address, "/" + FILM, FILM_BYTES);
  }

  private static List<String> ngircd(Workspace workspace, InetSocketAddress address)
      throws DemoException {
    return IrcLoad.ngircd(workspace, address).command();
  }

  private static Load talk(InetSocketAddress address) throws DemoException, InterruptedException {
    IrcLoad clients = IrcLoad.gather(address, 20, 2, 500);
    return new Load() {
      @Override
      public Result run(double seconds) throws DemoException, InterruptedException {
        long begin = System.nanoTime();
        Histogram latencies = clients.talk(seconds);
        return Result.of(latencies, begin);
      }

      @Override
      public void close() {
        clients.close();
      }
    };
  }

  /** Without a file of its data. */
  private static List<String> redis(Workspace workspace, InetSocketAddress address) {
    return List.of(
        "/usr/bin/redis-server",
        "--port",
        "" + address.getPort(),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        workspace.path("").toString());
  }

  private static List<String> nginx(Workspace workspace, InetSocketAddress address)
      throws DemoException {
    Path root = writeFile(workspace, PAGE, PAGE_BYTES);
    return NginxCommand.write(
        workspace,
        """
        keepalive_requests 1000000000;
        sendfile on;
        sendfile_max_chunk %d;
        server { listen 127.0.0.1:%d; root %s; }
        """
            .formatted(StreamLoad.CHUNK_BYTES, address.getPort(), root));
  }

  private static Path writeFile(Workspace workspace, String name, int bytes) throws DemoException {
    Path root = workspace.makeDirectory("www");
    byte[] piece = new byte[Math.min(bytes, 1 << 20)];
    new java.util.Random(1).nextBytes(piece);
    try (OutputStream file = Files.newOutputStream(root.resolve(name))) {
      for (int written = 0; written < bytes; written += piece.length) {
        file.write(piece);
      }
    } catch (IOException e) {
      throw new DemoException("cannot write " + name + ": " + e.getMessage(), e);
    }
    return root;
  }
}
