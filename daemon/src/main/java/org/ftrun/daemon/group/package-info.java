/**
 * A service under protection. {@link org.ftrun.daemon.group.ServiceGroup} is what people ask,
 * {@link org.ftrun.daemon.group.GroupMembers} what the members' tracers tell and what becomes of
 * it, {@link org.ftrun.daemon.group.GroupState} who serves, who follows and which steps between the
 * states there are. The members themselves are the tracers' business.
 *
 * <p>Called by tracer threads ({@link org.ftrun.tracer.member.GroupLink}) and by the control thread
 * ({@link org.ftrun.daemon.service.ProtectedService}); the state is guarded by its own lock, which
 * is never held while a tracer is waited for.
 */
package org.ftrun.daemon.group;
