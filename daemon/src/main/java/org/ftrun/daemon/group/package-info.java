/**
 * A service under protection: {@link org.ftrun.daemon.group.ServiceGroup} is the primary and its
 * replica with their tracers and the event log between them. It decides who is the primary, when a
 * replica is seeded and when protection ends; the members themselves are the tracers' business.
 *
 * <p>Called by tracer threads ({@link org.ftrun.tracer.member.GroupLink}) and by the control thread
 * ({@link org.ftrun.daemon.service.ProtectedService}); its state is guarded by its own lock, which
 * is never held while a tracer is waited for.
 */
package org.ftrun.daemon.group;
