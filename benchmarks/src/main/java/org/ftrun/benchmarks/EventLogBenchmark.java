package org.ftrun.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.ftrun.eventlog.Event;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the log costs without contention: one thread publishes an event and consumes it. The payload
 * is copied in and out, as between a server's buffer and the log.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventLogBenchmark {
  /** Bytes of payload. */
  @Param({"0", "64", "4096"})
  public int payload;

  private BenchmarkLog log;

  /** Makes the log. */
  @Setup
  public void makeLog() throws IOException {
    log = new BenchmarkLog(payload);
  }

  /** Publish and consume, without a view object. */
  @Benchmark
  public Event publishAndConsume() {
    if (!log.publishCopying()) {
      throw new IllegalStateException("the log is full");
    }
    return log.consumeCopying();
  }

  /** Publish and consume through views of the payload. */
  @Benchmark
  public Event publishAndConsumeThroughViews() {
    if (!log.publishThroughView()) {
      throw new IllegalStateException("the log is full");
    }
    return log.consumeThroughView();
  }
}
