/**
 * Applies the table's rules to a tracee's memory: {@link org.ftrun.tracer.capture.OutputRegions}
 * finds what the kernel wrote in a call, {@link org.ftrun.tracer.capture.OutputRecord} is its form
 * in the event log, {@link org.ftrun.tracer.capture.ArgumentDigest} tells calls apart.
 *
 * <p>Each instance belongs to one tracer thread.
 */
package org.ftrun.tracer.capture;
