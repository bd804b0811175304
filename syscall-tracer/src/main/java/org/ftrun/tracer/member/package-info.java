/**
 * A member of a service: the processes of the primary or of a replica, as their tracer sees them.
 *
 * <p>{@link org.ftrun.tracer.member.MemberTracer} is the thread that makes all ptrace calls for a
 * member; it always has one {@link org.ftrun.tracer.member.Role}: {@link
 * org.ftrun.tracer.member.PrimaryRole} executes and records, {@link
 * org.ftrun.tracer.member.ReplicaRole} follows the event log, {@link
 * org.ftrun.tracer.member.NativeRole} leaves an unprotected service alone and waits for its end. A
 * takeover is a change of role: the process, its tracer and what is known of it ({@link
 * org.ftrun.tracer.member.MemberThread}) stay. What a member asks of the group it belongs to is
 * {@link org.ftrun.tracer.member.GroupLink}.
 */
package org.ftrun.tracer.member;
