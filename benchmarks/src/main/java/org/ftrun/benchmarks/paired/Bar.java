package org.ftrun.benchmarks.paired;

import java.util.Locale;

/**
 * Something that a measured value must not exceed.
 *
 * @param what what is measured
 * @param limit the largest value that meets the bar, or the smallest that does not
 * @param met whether it does
 */
record Bar(String what, double value, double limit, String unit, boolean met) {

  /** Compares. */
  static Bar of(String what, double value, double limit, String unit) {
    return new Bar(what, value, limit, unit, value <= limit);
  }

  /** Compares with what the value must be less than. */
  static Bar below(String what, double value, double limit, String unit) {
    return new Bar(what, value, limit, unit, value < limit);
  }

  String text() {
    return String.format(
        Locale.ROOT,
        "%-52s %8s %s at most %s: %s",
        what,
        Spread.number(value),
        unit,
        Spread.number(limit),
        met ? "met" : "NOT MET");
  }
}
