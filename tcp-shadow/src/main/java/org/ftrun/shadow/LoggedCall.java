package org.ftrun.shadow;

import java.nio.ByteBuffer;

/**
 * A SYSCALL event of the log as the shadow reads it: a view of a slot, valid only during {@link
 * TcpShadow#onCall}.
 */
public interface LoggedCall {

  /** The event's place in the log. */
  long sequence();

  /** The thread that made it. */
  int threadId();

  /** The event's flags. */
  int flags();

  /** The x86-64 system call number. */
  int syscall();

  /** The first descriptor argument; meaningless for a call without one. */
  int descriptor();

  /** What the kernel returned: a value or {@code -errno}. */
  long result();

  /** What {@link ShadowDetail#of} made of the arguments. */
  long detail();

  /** The recorded outputs, from position to limit, native byte order; empty if there are none. */
  ByteBuffer payload();
}
