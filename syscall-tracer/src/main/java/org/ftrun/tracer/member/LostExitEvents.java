package org.ftrun.tracer.member;

/**
 * For a test: exit events that are not looked at, as if the kernel had not stopped a thread there.
 * The system property {@code ftrun.test.lose-exit-event} says of which threads: "all", or the
 * "first" of the root process.
 */
final class LostExitEvents {
  /** Name of the system property. */
  static final String PROPERTY = "ftrun.test.lose-exit-event";

  private static final String LOST = System.getProperty(PROPERTY, "");

  private LostExitEvents() {}

  /** Whether the thread's is one of them. */
  static boolean include(PrimaryThread thread) {
    return LOST.equals("all") || LOST.equals("first") && thread == thread.role.first();
  }
}
