package org.ftrun.tracer.member;

/** What a tracer thread does for its member. */
interface Role {
  /**
   * One step of the tracer's loop: waits for a stop or an event and handles it. Returns early when
   * the thread is interrupted by a command.
   *
   * @return the role for the next step, or null when the member has ended
   */
  Role step();
}
