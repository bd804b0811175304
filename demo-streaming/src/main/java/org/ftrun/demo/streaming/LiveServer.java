package org.ftrun.demo.streaming;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.IcecastCommand;
import org.ftrun.demo.kit.ServerCommand;
import org.ftrun.demo.kit.Workspace;

/**
 * icecast2, to which a live source sends the original at a bit rate as soon as all clients listen.
 * Behind the original the source sends zeros, which no client takes, until all have it all.
 */
final class LiveServer implements StreamingServer {
  /** Where the source sends and clients listen. */
  static final String MOUNT = "/live";

  static final String PASSWORD = "demo";

  /** One that is so many seconds behind is dropped. */
  private static final int SECONDS_BEHIND = 5;

  private static final Duration LISTENERS_LIMIT = Duration.ofSeconds(20);
  private static final long LOOK_AGAIN_MILLIS = 100;
  private static final Pattern LISTENERS = Pattern.compile("\"listeners\":\\s*(\\d+)");

  private final ServerCommand command;
  private final Media media;
  private final LiveSource source;

  /** Writes the configuration; nothing is started yet. */
  LiveServer(Workspace workspace, InetSocketAddress address, Media media, long bytesPerSecond)
      throws DemoException {
    this.command =
        new ServerCommand(
            "demo-streaming",
            IcecastCommand.write(
                workspace.path(""), address, PASSWORD, SECONDS_BEHIND * bytesPerSecond),
            address);
    this.media = media;
    this.source = new LiveSource(command.address(), media, bytesPerSecond);
  }

  @Override
  public ServerCommand command() {
    return command;
  }

  @Override
  public String path() {
    return MOUNT;
  }

  @Override
  public long end() {
    return media.size();
  }

  @Override
  public void prepare() throws DemoException {
    source.connect();
  }

  @Override
  public void begin(int clients) throws DemoException, InterruptedException {
    long deadline = System.nanoTime() + LISTENERS_LIMIT.toNanos();
    int listeners = listeners();
    while (listeners < clients) {
      if (System.nanoTime() - deadline > 0) {
        throw new DemoException(
            "only "
                + listeners
                + " of "
                + clients
                + " clients listen after "
                + LISTENERS_LIMIT.toSeconds()
                + " s");
      }
      Thread.sleep(LOOK_AGAIN_MILLIS);
      listeners = listeners();
    }
    source.begin();
  }

  /** As icecast counts them. */
  private int listeners() throws DemoException, InterruptedException {
    InetSocketAddress address = command.address();
    URI status =
        URI.create(
            "http://"
                + address.getAddress().getHostAddress()
                + ":"
                + address.getPort()
                + "/status-json.xsl");
    try {
      String answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(status).timeout(LISTENERS_LIMIT).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      Matcher listeners = LISTENERS.matcher(answer);
      return listeners.find() ? Integer.parseInt(listeners.group(1)) : 0;
    } catch (IOException e) {
      throw new DemoException("icecast2 does not tell its listeners: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<String> failure() {
    return source.failure().map(failure -> "the source: " + failure);
  }

  @Override
  public void close() {
    source.close();
  }
}
