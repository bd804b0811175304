package org.ftrun.benchmarks.paired;

import org.HdrHistogram.Histogram;
import org.ftrun.demo.kit.DemoException;

/** Clients of a server that are connected, or connect when run. */
interface Load extends AutoCloseable {

  /** Lets the clients work. */
  Result run(double seconds) throws DemoException, InterruptedException;

  @Override
  void close();

  /**
   * What the clients saw.
   *
   * @param requests how many were answered
   * @param p50Micros median latency, microseconds
   * @param p99Micros 99th percentile
   */
  record Result(long requests, double seconds, double p50Micros, double p99Micros) {

    /** From latencies in nanoseconds, one a request. */
    static Result of(Histogram latencies, long beginNanos) {
      return new Result(
          latencies.getTotalCount(),
          (System.nanoTime() - beginNanos) / 1e9,
          latencies.getValueAtPercentile(50) / 1e3,
          latencies.getValueAtPercentile(99) / 1e3);
    }
  }
}
