package org.ftrun.tracer.syscall;

/**
 * How many bytes lie behind a pointer argument.
 *
 * @param kind how the size is found
 * @param argument the index of the argument that {@code kind} refers to, or -1
 * @param unit bytes per counted item; for {@link Kind#CONSTANT} the size itself
 */
public record SizeRule(Kind kind, int argument, int unit) {
  /** The ways a size is known. */
  public enum Kind {
    /** Not a pointer to data. */
    NONE,
    /** {@code unit} bytes. */
    CONSTANT,
    /** The argument's value times {@code unit} bytes. */
    ARGUMENT,
    /** The argument's value in bits, rounded up to whole 8-byte words (fd_set, cpu masks). */
    BITS,
    /** One byte for each page of the argument's value in bytes, rounded up (mincore). */
    PAGES,
    /**
     * The result times {@code unit} bytes, at most the argument's value times {@code unit}. The
     * bound matters where the result may exceed the buffer: MSG_TRUNC, size queries with size 0.
     */
    RESULT,
    /** Up to and including the first NUL byte. */
    STRING,
    /**
     * A 32-bit length, pointed to by the argument, says on entry how large the buffer is and on
     * return how large the value is; the smaller one was written.
     */
    SOCKLEN,
    /** An array of iovec, its length in the argument; filled in order by {@code result} bytes. */
    IOVEC,
    /** One {@code struct msghdr}. */
    MSGHDR,
    /** An array of {@code struct mmsghdr}, its length in the argument. */
    MMSGHDR,
    /** As the row's {@link Irregular} handler says. */
    HANDLER
  }

  /** For arguments that do not point to data. */
  public static final SizeRule NOTHING = new SizeRule(Kind.NONE, -1, 0);
}
