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
   * Whether the service hands the kernel bytes by this argument, how many being known before the
   * call; of buffers and messages that the kernel fills it does not.
   */
  public boolean isWritten() {
    return switch (size.kind()) {
      case CONSTANT, ARGUMENT, BITS, STRING -> direction != Direction.OUT;
      case IOVEC, MSGHDR -> direction == Direction.IN;
      default -> false;
    };
  }
}
