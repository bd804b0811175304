package org.ftrun.tracer.syscall;

import org.ftrun.tracer.abi.Errno;

/** With which results of a call the kernel writes an output. */
public enum WrittenWhen {
  /** Only if the result is not negative: the rule. */
  ON_SUCCESS(""),
  /** Only if the call was interrupted: the time that was left of a sleep. */
  ON_INTERRUPTION("?"),
  /** On success and on interruption. */
  UNLESS_REFUSED("~"),
  /** Whatever the result. */
  ALWAYS("!");

  private final String sign;

  WrittenWhen(String sign) {
    this.sign = sign;
  }

  /** The sign that stands for it in the table. */
  public String sign() {
    return sign;
  }

  static WrittenWhen of(String sign) {
    for (WrittenWhen when : values()) {
      if (when.sign.equals(sign)) {
        return when;
      }
    }
    throw new IllegalArgumentException("no such sign: " + sign);
  }

  /**
   * Whether the kernel may have written the output.
   *
   * @param result what the call returned; the kernel's internal restart codes (-516..-512) count as
   *     interruptions
   */
  public boolean holdsFor(long result) {
    boolean interrupted =
        result == -Errno.EINTR
            || (result <= -Errno.ERESTARTSYS && result >= -Errno.ERESTART_RESTARTBLOCK);
    return switch (this) {
      case ON_SUCCESS -> result >= 0;
      case ON_INTERRUPTION -> interrupted;
      case UNLESS_REFUSED -> result >= 0 || interrupted;
      case ALWAYS -> true;
    };
  }
}
