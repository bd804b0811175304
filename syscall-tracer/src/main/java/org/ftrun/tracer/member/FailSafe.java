package org.ftrun.tracer.member;

/** A role that knows how to keep the service alive after a defect of ours. */
interface FailSafe {
  /**
   * The role to go on with after a step threw; null if nothing can be done.
   *
   * @param error a RuntimeException, or an Error such as OutOfMemoryError
   */
  Role afterError(Throwable error);
}
