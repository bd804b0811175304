package org.ftrun.tracer.stub;

/**
 * How the stub makes an event's detail out of a call's arguments: two halves of 32 bits.
 *
 * @param kind which halves there are
 * @param first index of the argument in the low half, -1: it is 0
 * @param second index of the argument for the high half
 */
public record DetailRule(Kind kind, int first, int second) {
  /** The detail is 0. */
  public static final DetailRule NONE = new DetailRule(Kind.NONE, -1, -1);

  /** What the halves hold; the ordinals are those of stub.h. */
  public enum Kind {
    /** Both are 0. */
    NONE,
    /** The first argument in the low half. */
    FIRST,
    /** An argument in each. */
    BOTH,
    /** The first argument in the low half; in the high half 1 if the second one is 0. */
    EMPTY
  }
}
