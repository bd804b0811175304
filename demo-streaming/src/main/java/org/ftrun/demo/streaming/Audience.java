package org.ftrun.demo.streaming;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.Workspace;

/** All the clients: those on Netty share one event loop, curl is a process. */
final class Audience implements AutoCloseable {
  /** Not a multiple of the server's 50 ms, lest it send to all clients at one instant. */
  private static final long LONGEST_STEP_MILLIS = 55;

  private static final long ALL_STARTED_MILLIS = 1000;

  private final EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
  private final List<Reception> receptions = new ArrayList<>();
  private final long end;
  private CurlClient curl;

  /**
   * Nobody as yet.
   *
   * @param end behind how many bytes a client has all, if the server does not end the stream
   */
  Audience(long end) {
    this.end = end;
  }

  /** Starts the Netty clients. */
  void start(int clients, InetSocketAddress server, String path) {
    long step = Math.min(LONGEST_STEP_MILLIS, ALL_STARTED_MILLIS / clients);
    for (int i = 0; i < clients; i++) {
      Reception reception = new Reception("netty-" + (i + 1), end);
      receptions.add(reception);
      loop.schedule(() -> connect(server, path, reception), i * step, TimeUnit.MILLISECONDS);
    }
  }

  private void connect(InetSocketAddress server, String path, Reception reception) {
    new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpClientCodec())
                    .addLast(new StreamClient(path, reception));
              }
            })
        .connect(server)
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                reception.end("cannot connect: " + connected.cause().getMessage());
              }
            });
  }

  /** Starts curl. */
  void startCurl(Workspace workspace, String url) throws DemoException {
    Reception reception = new Reception("curl", end);
    receptions.add(reception);
    curl = CurlClient.start(workspace, url, reception);
  }

  /** What the clients receive, one reception each. */
  List<Reception> receptions() {
    return receptions;
  }

  boolean allEnded() {
    return receptions.stream().allMatch(Reception::hasEnded);
  }

  @Override
  public void close() {
    end();
  }

  /** Ends what is still open; after it nothing is received any more. Again does no harm. */
  void end() {
    if (curl != null) {
      curl.close();
    }
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
