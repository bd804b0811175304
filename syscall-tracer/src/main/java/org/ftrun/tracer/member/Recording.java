package org.ftrun.tracer.member;

/**
 * Whether the primary's threads record what they learn, and whether a replica follows it. For the
 * primary's tracer thread only.
 */
final class Recording {
  private final Runnable changed;
  private boolean on;
  private boolean followed;

  /**
   * Off at first.
   *
   * @param changed what to do when it has been set
   */
  Recording(Runnable changed) {
    this.changed = changed;
  }

  /** Whether events are written. */
  boolean isOn() {
    return on;
  }

  /** Whether a replica reads them. If not, they are for the shadow, which counts bytes in them. */
  boolean isFollowed() {
    return followed;
  }

  /** From now on events are written, though no replica reads them yet. */
  void begin() {
    set(true, false);
  }

  /** From now on events are written, and a replica reads them. */
  void beginFollowed() {
    set(true, true);
  }

  /** From now on nothing is written. */
  void end() {
    set(false, false);
  }

  private void set(boolean nowOn, boolean nowFollowed) {
    on = nowOn;
    followed = nowFollowed;
    changed.run();
  }
}
