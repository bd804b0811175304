package org.ftrun.demo.kit;

import java.time.Duration;
import java.util.List;

/** The server of a demo, from its launch to its end. Not thread-safe. */
public interface DemoServer extends AutoCloseable {

  /** How the server is run, for the report: "natively" or "under ftrun". */
  String manner();

  /**
   * Waits until the server accepts connections and, under ftrun, is protected.
   *
   * @throws DemoException if that takes too long or the server ended; the message says why
   */
  void awaitReady() throws DemoException, InterruptedException;

  /**
   * Sends SIGKILL to the process that serves now.
   *
   * @throws DemoException if there is no such process
   */
  Victim kill() throws DemoException, InterruptedException;

  /**
   * Waits until another process has taken over from the one last killed and the service is
   * protected again.
   *
   * @param patience how long to leave the service alone before asking for the first time: asking
   *     starts a process, which would disturb what the clients measure
   * @return how long the takeover took, microseconds, by the server's own account
   * @throws DemoException if it does not come about; the message says why
   */
  long awaitTakeover(Duration patience) throws DemoException, InterruptedException;

  /** The last messages of ftrun, oldest first, to explain a failure; empty without ftrun. */
  List<String> lastWords();

  /** Ends the server and everything that was started for it. */
  @Override
  void close();

  /**
   * The process that was killed.
   *
   * @param pid its process id
   * @param atNanos {@link System#nanoTime()} immediately before the signal was sent
   */
  record Victim(long pid, long atNanos) {}
}
