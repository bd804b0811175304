package org.ftrun.demo.streaming;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The bit rate of all clients together around an instant, in buckets of 100 ms.
 *
 * @param firstBucket the first bucket's number; bucket 0 starts at the instant
 * @param megabits the rate in each bucket, Mbit/s
 */
record BitRateTimeline(int firstBucket, List<Double> megabits) {
  private static final long BUCKET_NANOS = 100_000_000L;
  private static final int BAR_WIDTH = 50;

  /**
   * Sums up what came from some buckets before the instant to some after it.
   *
   * @param instant by {@link System#nanoTime()}
   */
  static BitRateTimeline around(
      List<Reception> receptions, long instant, int bucketsBefore, int bucketsAfter) {
    long[] bytes = new long[bucketsBefore + bucketsAfter];
    for (Reception reception : receptions) {
      for (int i = 0; i < reception.size(); i++) {
        long bucket = Math.floorDiv(reception.nanosAt(i) - instant, BUCKET_NANOS) + bucketsBefore;
        if (bucket >= 0 && bucket < bytes.length) {
          bytes[(int) bucket] += reception.bytesAt(i);
        }
      }
    }
    List<Double> megabits = new ArrayList<>();
    for (long count : bytes) {
      megabits.add(count * 8 * 1000.0 / BUCKET_NANOS);
    }
    return new BitRateTimeline(-bucketsBefore, megabits);
  }

  /**
   * A line for each bucket: its start in seconds from the instant, the rate, a bar.
   *
   * @param block what the bars are made of
   */
  List<String> lines(char block) {
    double most = megabits.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < megabits.size(); i++) {
      int width = most == 0 ? 0 : (int) Math.round(megabits.get(i) / most * BAR_WIDTH);
      int bucket = firstBucket + i;
      lines.add(
          String.format(
              Locale.ROOT,
              "%+5.1f s %7.2f %s%s",
              bucket / 10.0,
              megabits.get(i),
              String.valueOf(block).repeat(width),
              bucket == 0 ? "  <- kill" : ""));
    }
    return lines;
  }
}
