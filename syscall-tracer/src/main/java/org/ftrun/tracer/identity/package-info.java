/**
 * Virtual ids: those of threads, processes, groups and sessions by which the service knows itself,
 * over any number of takeovers, beside those that the kernel gave the present member. {@link
 * org.ftrun.tracer.identity.VirtualIds} belongs to a member and thus to its tracer thread.
 */
package org.ftrun.tracer.identity;
