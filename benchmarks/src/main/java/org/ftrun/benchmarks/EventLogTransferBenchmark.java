package org.ftrun.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/**
 * What the log costs between two cores: one thread publishes as fast as it can, another consumes;
 * the slower of the two sets the time. Needs two cores that are idle.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventLogTransferBenchmark {
  /** Bytes of payload. */
  @Param({"0", "64", "4096"})
  public int payload;

  private BenchmarkLog log;

  /** Makes the log. */
  @Setup
  public void makeLog() throws IOException {
    log = new BenchmarkLog(payload);
  }

  /** Publishes one event, and waits for room if there is none. */
  @Benchmark
  @Group("transfer")
  public void publish(Control control) {
    while (!log.publishCopying() && !control.stopMeasurement) {
      Thread.onSpinWait();
    }
  }

  /** Consumes one event, and waits for it if there is none. */
  @Benchmark
  @Group("transfer")
  public void consume(Control control) {
    while (log.consumeCopying() == null && !control.stopMeasurement) {
      Thread.onSpinWait();
    }
  }
}
