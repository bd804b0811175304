package org.ftrun.daemon.control;

/** A control socket cannot be offered or reached; the message is one line for a person. */
public final class ControlException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What the caller should do about it. */
  public enum Category {
    /** There is no running service of that name. */
    NO_SUCH_SERVICE,
    /** A running service has the name already. */
    NAME_IN_USE,
    /** The user may not, or the directory cannot be used. */
    NOT_PERMITTED,
    /** The request was refused or could not be carried out. */
    FAILED
  }

  private final Category category;

  /** Creates the exception with its one line. */
  public ControlException(Category category, String line) {
    super(line);
    this.category = category;
  }

  /** What kind of failure it is. */
  public Category category() {
    return category;
  }
}
