package org.ftrun.tracer.syscall;

/**
 * One argument of a system call.
 *
 * @param name as in the manual page
 * @param kind what it is
 * @param direction which way data goes; {@link Direction#IN} for what is passed by value
 * @param size how much memory is behind it; {@link SizeRule#NOTHING} for what is passed by value
 * @param bits the width the kernel looks at, 16, 32 or 64
 * @param written with which results the kernel writes the output
 */
public record ArgumentRule(
    String name,
    ArgumentKind kind,
    Direction direction,
    SizeRule size,
    int bits,
    WrittenWhen written) {

  /** Whether the kernel may write to the memory behind this argument. */
  public boolean isOutput() {
    return direction != Direction.IN;
  }

  /**
   * Whether the service hands the kernel bytes by this argument, as many as another argument or a
   * structure says.
   */
  public boolean isWritten() {
    return direction == Direction.IN
        && switch (size.kind()) {
          case ARGUMENT, BITS, IOVEC, MSGHDR -> true;
          default -> false;
        };
  }
}
