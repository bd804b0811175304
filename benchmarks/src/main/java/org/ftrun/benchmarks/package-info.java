/** Benchmarks. */
package org.ftrun.benchmarks;
