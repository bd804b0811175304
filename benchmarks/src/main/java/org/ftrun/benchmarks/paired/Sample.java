package org.ftrun.benchmarks.paired;

import org.ftrun.benchmarks.paired.RunningServer.Usage;

/**
 * One run of a workload; everything is per request unless it says otherwise. What exists under
 * ftrun only is null otherwise.
 *
 * @param cpuNanos CPU time of the process that serves, nanoseconds
 * @param throughput requests a second
 * @param p50Micros median latency, microseconds
 * @param p99Micros 99th percentile of the latency, microseconds
 * @param replicaNanos CPU time of the replica, nanoseconds
 * @param events events in the log
 * @param slowPerThousand slow-path events in 1,000 events
 * @param logBytes bytes of the log; null also if the status does not tell
 */
record Sample(
    Double cpuNanos,
    Double throughput,
    Double p50Micros,
    Double p99Micros,
    Double replicaNanos,
    Double events,
    Double slowPerThousand,
    Double logBytes) {

  /** From what was used before and after a load. */
  static Sample of(Load.Result result, Usage before, Usage after) {
    double requests = result.requests();
    Double replica = null;
    Double events = null;
    Double slow = null;
    Double bytes = null;
    if (after.state() != null) {
      replica = (after.replica() - before.replica()) / requests;
      double delta = after.state().events() - before.state().events();
      events = delta / requests;
      slow = (after.state().slowPathEvents() - before.state().slowPathEvents()) * 1e3 / delta;
      if (after.state().logBytes() != null) {
        bytes = (after.state().logBytes() - before.state().logBytes()) / requests;
      }
    }
    return new Sample(
        (after.server() - before.server()) / requests,
        requests / result.seconds(),
        result.p50Micros(),
        result.p99Micros(),
        replica,
        events,
        slow,
        bytes);
  }
}
