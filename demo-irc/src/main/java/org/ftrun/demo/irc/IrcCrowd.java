package org.ftrun.demo.irc;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;

/**
 * All the clients, on one event loop: they connect, talk in turn at a fixed total rate whatever the
 * server does (an open loop), and keep the ledger and the log of deliveries.
 */
final class IrcCrowd implements IrcClient.Listener, AutoCloseable {
  /** Clients that join at once: fewer than ngircd's listen queue of 10 can hold. */
  private static final int AT_ONCE = 8;

  private static final int LONGEST_LINE = 1024;

  private final EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
  private final List<IrcClient> clients = new ArrayList<>();
  private final DeliveryLedger ledger;
  private final DeliveryLog log = new DeliveryLog();
  private final CompletableFuture<Void> allJoined = new CompletableFuture<>();
  private int joined;
  private int connecting;
  private InetSocketAddress destination;
  private int disconnects;
  private String firstDisconnect;
  private boolean sending;
  private long firstDueNanos;
  private long periodNanos;
  private long turns;

  /** Creates the crowd; nobody connects yet. */
  IrcCrowd(int clients, int channels) {
    ledger = new DeliveryLedger(clients, channels);
    for (int i = 0; i < clients; i++) {
      this.clients.add(new IrcClient(i, "#demo" + ledger.channelOf(i), this));
    }
  }

  /** Connects all clients and waits until each is in its channel. */
  void gather(InetSocketAddress server, long limitSeconds)
      throws DemoException, InterruptedException {
    destination = server;
    onLoop(
        () -> {
          for (int i = 0; i < AT_ONCE; i++) {
            connectNext();
          }
          return null;
        });
    awaitAllJoined(limitSeconds);
  }

  /** Runs on the event loop. */
  private void connectNext() {
    if (connecting < clients.size()) {
      connect(clients.get(connecting++));
    }
  }

  private void connect(IrcClient client) {
    new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel
                    .pipeline()
                    .addLast(new LineBasedFrameDecoder(LONGEST_LINE))
                    .addLast(new StringDecoder(StandardCharsets.UTF_8))
                    .addLast(new StringEncoder(StandardCharsets.UTF_8))
                    .addLast(client);
              }
            })
        .connect(destination)
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                allJoined.completeExceptionally(connected.cause());
              }
            });
  }

  private void awaitAllJoined(long limitSeconds) throws DemoException, InterruptedException {
    try {
      allJoined.get(limitSeconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new DemoException("clients cannot join: " + e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      Snapshot now = snapshot();
      throw new DemoException(
          "only "
              + now.connected()
              + " of "
              + clients.size()
              + " clients joined in "
              + limitSeconds
              + " s",
          e);
    }
  }

  /** Starts to talk, at the given number of messages a second in total. */
  void startTalking(double rate) throws InterruptedException, DemoException {
    onLoop(
        () -> {
          sending = true;
          periodNanos = Math.max(1, (long) (1e9 / rate));
          // So that the clients go on in turn when they talk for a second time.
          firstDueNanos = System.nanoTime() + periodNanos - turns * periodNanos;
          scheduleNext();
          return null;
        });
  }

  void stopTalking() throws InterruptedException, DemoException {
    onLoop(() -> sending = false);
  }

  private void scheduleNext() {
    long wait = firstDueNanos + turns * periodNanos - System.nanoTime();
    loop.schedule(this::sendDue, Math.max(0, wait), TimeUnit.NANOSECONDS);
  }

  private void sendDue() {
    long due;
    while (sending && System.nanoTime() - (due = firstDueNanos + turns * periodNanos) >= 0) {
      IrcClient client = clients.get((int) (turns++ % clients.size()));
      if (client.isJoined()) {
        int number = ledger.send(client.index());
        client.say(new NumberedMessage(client.index(), number, due).text());
      }
    }
    if (sending) {
      scheduleNext();
    }
  }

  @Override
  public void joined(IrcClient client) {
    connectNext();
    if (++joined == clients.size()) {
      allJoined.complete(null);
    }
  }

  @Override
  public void heard(IrcClient client, IrcLine line) {
    NumberedMessage message = NumberedMessage.parse(line.text()).orElse(null);
    if (message == null || !line.nick().equals(IrcClient.nickOf(message.sender()))) {
      ledger.deliverStrange();
      return;
    }
    log.add(message.dueNanos(), System.nanoTime());
    ledger.deliver(client.index(), message.sender(), message.number());
  }

  @Override
  public void disconnected(IrcClient client, String reason) {
    disconnects++;
    if (firstDisconnect == null) {
      firstDisconnect = IrcClient.nickOf(client.index()) + ": " + reason;
    }
    allJoined.completeExceptionally(new DemoException(firstDisconnect));
  }

  /** How things stand. */
  Snapshot snapshot() throws InterruptedException, DemoException {
    return onLoop(
        () ->
            new Snapshot(
                (int) clients.stream().filter(IrcClient::isJoined).count(),
                disconnects,
                firstDisconnect,
                ledger.tally()));
  }

  /** How many messages were delivered so far. */
  int deliveries() throws InterruptedException, DemoException {
    return onLoop(log::size);
  }

  /** The latencies in nanoseconds of all deliveries but the first so many. */
  Histogram latenciesFrom(int first) throws InterruptedException, DemoException {
    return onLoop(
        () -> {
          Histogram latencies = new Histogram(3);
          for (int i = first; i < log.size(); i++) {
            latencies.recordValue(Math.max(0, log.arrivals().at(i) - log.dueAt(i)));
          }
          return latencies;
        });
  }

  /** Lets every client say QUIT and go; returns the log, which nobody writes any more. */
  DeliveryLog goHome() throws InterruptedException, DemoException {
    onLoop(
        () -> {
          clients.forEach(IrcClient::leave);
          return null;
        });
    close();
    return log;
  }

  private <T> T onLoop(Callable<T> task) throws InterruptedException, DemoException {
    try {
      return loop.submit(task).get();
    } catch (ExecutionException e) {
      throw new DemoException("a client failed: " + e.getCause(), e);
    }
  }

  /** Closes what is still open and ends the event loop. */
  @Override
  public void close() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /**
   * How things stand.
   *
   * @param connected clients in their channel
   * @param disconnects clients whose connection ended unasked
   * @param firstDisconnect who was first and why; null if nobody
   * @param tally the sums of the ledger
   */
  record Snapshot(
      int connected, int disconnects, String firstDisconnect, DeliveryLedger.Tally tally) {}
}
