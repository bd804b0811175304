package org.ftrun.demo.kit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Kills the server's process again and again, on a thread of its own. A kill waits until the
 * service is protected again after the one before; the first that is not survived is the last.
 */
public final class Killer implements AutoCloseable {
  private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(1);

  private final DemoServer server;
  private final int planned;
  private final Duration interval;
  private final Thread thread;
  private final List<Kill> kills = new CopyOnWriteArrayList<>();
  private volatile int made;
  private volatile boolean ended;

  /**
   * Creates the killer.
   *
   * @param planned how many kills to make, 0 or more
   * @param interval from the start to the first kill, and from one kill to the next
   */
  public Killer(DemoServer server, int planned, Duration interval) {
    this.server = server;
    this.planned = planned;
    this.interval = interval;
    this.thread = new Thread(this::run, "killer");
    this.thread.setDaemon(true);
  }

  /** Starts the schedule. */
  public void start() {
    thread.start();
  }

  /** Whether no further kill will come. */
  public boolean hasEnded() {
    return ended;
  }

  /** How many kills have been made by now. */
  public int made() {
    return made;
  }

  /** Whether a kill has been made whose outcome is not known yet. */
  public boolean awaitsTakeover() {
    return made > kills.size();
  }

  /** The kills whose outcome is known, in order. */
  public List<Kill> kills() {
    return List.copyOf(kills);
  }

  private void run() {
    try {
      long due = System.nanoTime();
      for (int number = 1; number <= planned; number++) {
        due = Math.max(due + interval.toNanos(), System.nanoTime());
        sleepUntil(due);
        Kill kill = killOnce(number);
        kills.add(kill);
        if (!kill.takenOver()) {
          return;
        }
        due = kill.atNanos();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended = true;
    }
  }

  private Kill killOnce(int number) throws InterruptedException {
    DemoServer.Victim victim;
    try {
      victim = server.kill();
    } catch (DemoException e) {
      return new Kill(number, 0, System.nanoTime(), null, e.getMessage());
    }
    made = number;
    try {
      long micros = server.awaitTakeover(patience());
      return new Kill(number, victim.pid(), victim.atNanos(), micros, null);
    } catch (DemoException e) {
      return new Kill(number, victim.pid(), victim.atNanos(), null, e.getMessage());
    }
  }

  private Duration patience() {
    Duration half = interval.dividedBy(2);
    return half.compareTo(LONGEST_PATIENCE) < 0 ? half : LONGEST_PATIENCE;
  }

  private static void sleepUntil(long nanos) throws InterruptedException {
    long left;
    while ((left = nanos - System.nanoTime()) > 0) {
      Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
    }
  }

  /** Ends the schedule, wherever it is, and waits for the thread. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
