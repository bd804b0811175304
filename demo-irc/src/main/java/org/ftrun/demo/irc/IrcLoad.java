package org.ftrun.demo.irc;

import java.net.InetSocketAddress;
import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.ServerCommand;
import org.ftrun.demo.kit.Workspace;

/** The demo's clients as a load for benchmarks: they talk at a fixed rate, whatever comes back. */
public final class IrcLoad implements AutoCloseable {
  private static final long JOIN_LIMIT_SECONDS = 60;
  private static final long DRAIN_LIMIT_NANOS = 10_000_000_000L;
  private static final long WATCH_MILLIS = 20;

  private final IrcCrowd crowd;
  private final double rate;

  private IrcLoad(IrcCrowd crowd, double rate) {
    this.crowd = crowd;
    this.rate = rate;
  }

  /** Debian's ngircd, configured as for the demo. */
  public static ServerCommand ngircd(Workspace workspace, InetSocketAddress address)
      throws DemoException {
    return NgircdConfig.write(workspace, address);
  }

  /**
   * Connects the clients and waits until each is in its channel.
   *
   * @param rate messages a second, of all clients together
   */
  public static IrcLoad gather(InetSocketAddress server, int clients, int channels, double rate)
      throws DemoException, InterruptedException {
    IrcLoad load = new IrcLoad(new IrcCrowd(clients, channels), rate);
    try {
      load.crowd.gather(server, JOIN_LIMIT_SECONDS);
      return load;
    } catch (DemoException | InterruptedException e) {
      load.close();
      throw e;
    }
  }

  /**
   * Talks, and waits until everything is delivered.
   *
   * @return the latencies in nanoseconds, from the instant a message was due to its delivery, one a
   *     delivery
   * @throws DemoException if anything was lost, doubled or reordered, or somebody disconnected
   */
  public Histogram talk(double seconds) throws DemoException, InterruptedException {
    int first = crowd.deliveries();
    crowd.startTalking(rate);
    Thread.sleep((long) (seconds * 1e3));
    crowd.stopTalking();
    long begin = System.nanoTime();
    IrcCrowd.Snapshot now = crowd.snapshot();
    while (now.tally().lost() > 0 && System.nanoTime() - begin < DRAIN_LIMIT_NANOS) {
      Thread.sleep(WATCH_MILLIS);
      now = crowd.snapshot();
    }
    DeliveryLedger.Tally tally = now.tally();
    if (now.disconnects() + tally.lost() + tally.doubled() + tally.outOfOrder() + tally.strange()
        > 0) {
      throw new DemoException("not every message arrived as it should: " + now);
    }
    return crowd.latenciesFrom(first);
  }

  @Override
  public void close() {
    crowd.close();
  }
}
