package org.ftrun.daemon.control;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * flock(2) on the run directory, held while a name is claimed, so that two ftruns do not both find
 * the same dead socket. No lock file, nothing to clean up.
 */
record DirectoryLock(long descriptor) implements AutoCloseable {
  private static final int O_DIRECTORY_CLOEXEC = 0200000 | 02000000;
  private static final int LOCK_EX = 2;
  private static final int EINTR = 4;

  static DirectoryLock acquire(Path directory) throws IOException {
    NativeMemory path = NativeMemory.ofString(directory.toString());
    long descriptor = Libc.call(SyscallNumber.OPEN, path.address(), O_DIRECTORY_CLOEXEC);
    if (descriptor < 0) {
      throw new AccessDeniedException(directory.toString());
    }
    long result;
    do {
      result = Libc.call(SyscallNumber.FLOCK, descriptor, LOCK_EX);
    } while (result == -EINTR);
    if (result < 0) {
      Libc.call(SyscallNumber.CLOSE, descriptor);
      throw new IOException("cannot be locked, errno " + -result);
    }
    return new DirectoryLock(descriptor);
  }

  @Override
  public void close() {
    Libc.call(SyscallNumber.CLOSE, descriptor);
  }
}
