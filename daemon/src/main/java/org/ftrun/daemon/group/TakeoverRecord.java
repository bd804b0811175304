package org.ftrun.daemon.group;

import java.util.ArrayDeque;
import java.util.List;
import org.ftrun.daemon.service.ServiceStatus;

/** The takeovers of a service and the epochs they began. */
final class TakeoverRecord {
  private static final int KEPT = 1000;

  private final ArrayDeque<ServiceStatus.Takeover> all = new ArrayDeque<>();
  private long epoch = 1;
  private boolean requested;
  private String cause;
  private long drained;
  private long began;

  /** The next primary's end is one that was asked for. */
  synchronized void request() {
    requested = true;
  }

  /**
   * The primary has ended, and what its last calls did is published.
   *
   * @param seen when its end was seen, of System.nanoTime()
   */
  synchronized void begin(String signal, long seen, long eventsToDrain) {
    cause = requested ? "REQUEST" : signal;
    requested = false;
    drained = eventsToDrain;
    began = seen;
  }

  /** The replica is promoted. */
  synchronized ServiceStatus.Takeover end() {
    epoch++;
    long micros = (System.nanoTime() - began) / 1000;
    ServiceStatus.Takeover done = new ServiceStatus.Takeover(epoch, cause, drained, micros);
    all.add(done);
    if (all.size() > KEPT) {
      all.remove();
    }
    return done;
  }

  synchronized long epoch() {
    return epoch;
  }

  synchronized List<ServiceStatus.Takeover> all() {
    return List.copyOf(all);
  }
}
