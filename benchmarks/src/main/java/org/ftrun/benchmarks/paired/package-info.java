/**
 * The paired harness behind {@code scripts/bench}: a {@link org.ftrun.benchmarks.paired.Workload}
 * is run in each {@link org.ftrun.benchmarks.paired.Manner} in turn, round after round, so that
 * whatever else the machine does falls on all of them alike, and the medians are compared.
 *
 * <p>The main thread does everything, except that the load of the kill benchmark has a thread of
 * its own.
 */
package org.ftrun.benchmarks.paired;
