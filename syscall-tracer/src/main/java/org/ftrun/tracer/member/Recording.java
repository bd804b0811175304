package org.ftrun.tracer.member;

/** Whether the primary's threads record what they learn. For its tracer thread only. */
final class Recording {
  private final Runnable changed;
  private boolean on;

  /**
   * Off at first.
   *
   * @param changed what to do when it has been set
   */
  Recording(Runnable changed) {
    this.changed = changed;
  }

  boolean isOn() {
    return on;
  }

  void set(boolean value) {
    on = value;
    changed.run();
  }
}
