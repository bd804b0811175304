/**
 * Benchmarks. Those of single mechanisms are JMH's: {@code java -cp ... org.openjdk.jmh.Main NAME}
 * runs those whose name contains NAME. JMH's own threads run them; a state object belongs to one
 * benchmark run.
 */
package org.ftrun.benchmarks;
