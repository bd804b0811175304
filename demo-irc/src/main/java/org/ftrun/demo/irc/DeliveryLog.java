package org.ftrun.demo.irc;

import java.util.Arrays;
import org.ftrun.demo.kit.Arrivals;

/** When each delivery was due and when it arrived, in the order of arrival. Not thread-safe. */
final class DeliveryLog {
  private final Arrivals arrivals = new Arrivals();
  private long[] due = new long[1024];

  /** Records a delivery; both instants by {@link System#nanoTime()}. */
  void add(long dueNanos, long arrivedNanos) {
    int index = arrivals.size();
    arrivals.add(arrivedNanos);
    if (index == due.length) {
      due = Arrays.copyOf(due, index * 2);
    }
    due[index] = dueNanos;
  }

  int size() {
    return arrivals.size();
  }

  long dueAt(int index) {
    return due[index];
  }

  Arrivals arrivals() {
    return arrivals;
  }
}
