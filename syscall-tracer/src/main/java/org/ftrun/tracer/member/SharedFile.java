package org.ftrun.tracer.member;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * A file that the service maps shared and writable, opened for ourselves: by whatever descriptor
 * and name the service has it, it may have neither any more when a takeover needs it. It is closed
 * when no model knows it any more.
 */
final class SharedFile {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int O_RDWR_CLOEXEC = 02 | 02000000;

  private static final int SEEK_END = 2;

  final String name;
  final long inode;
  private final int descriptor;
  private final FileWrites.Watch watch;

  private SharedFile(String name, long inode, int descriptor, FileWrites.Watch watch) {
    this.name = name;
    this.inode = inode;
    this.descriptor = descriptor;
    this.watch = watch;
    CLEANER.register(this, () -> end(descriptor, watch));
  }

  private static void end(int descriptor, FileWrites.Watch watch) {
    Libc.call(SyscallNumber.CLOSE, descriptor);
    FileWrites.release(watch);
  }

  /** What a descriptor of a process refers to, as the kernel shows it. */
  static Path linkOf(int pid, int descriptor) {
    return Path.of("/proc/" + pid + "/fd/" + descriptor);
  }

  /**
   * The number, size and kind of the file behind a descriptor: unix:ino, unix:size, isRegularFile.
   *
   * @return empty if there is no such descriptor
   */
  static Map<String, Object> attributesOf(int pid, int descriptor) {
    try {
      return Files.readAttributes(linkOf(pid, descriptor), "unix:ino,size,isRegularFile");
    } catch (IOException e) {
      return Map.of();
    }
  }

  /** Its name as the kernel shows it. */
  static String nameOf(int pid, int descriptor) {
    try {
      return Files.readSymbolicLink(linkOf(pid, descriptor)).toString();
    } catch (IOException e) {
      return "descriptor " + descriptor;
    }
  }

  /**
   * Opens what a descriptor of a process refers to, and watches it from now on.
   *
   * @return null if it cannot be opened for reading and writing, or not be watched
   */
  static SharedFile open(int pid, int descriptor) {
    Map<String, Object> attributes = attributesOf(pid, descriptor);
    NativeMemory path = NativeMemory.ofString(linkOf(pid, descriptor).toString());
    long opened =
        attributes.isEmpty()
            ? -1
            : Libc.call(SyscallNumber.OPEN, path.address(), O_RDWR_CLOEXEC, 0);
    if (opened < 0) {
      return null;
    }
    FileWrites.Watch watch = FileWrites.watch(path);
    if (watch == null) {
      Libc.call(SyscallNumber.CLOSE, opened);
      return null;
    }
    return new SharedFile(
        nameOf(pid, descriptor), (long) attributes.get("ino"), (int) opened, watch);
  }

  /** Our descriptor of it. */
  int descriptor() {
    return descriptor;
  }

  /** Whether somebody has written to it by a system call since it was opened or forgiven. */
  boolean isWritten() {
    return FileWrites.isSeen(watch);
  }

  /** What was written until now does not count: it was us. */
  void forgive() {
    FileWrites.forget(watch);
  }

  /** Its size, bytes. */
  long size() {
    return Libc.call(SyscallNumber.LSEEK, descriptor, 0, SEEK_END);
  }

  /** Reads the file from a position on; what is behind its end is zero. */
  byte[] read(long position, int length) {
    NativeMemory room = NativeMemory.allocate(length);
    long got = Libc.call(SyscallNumber.PREAD64, descriptor, room.address(), length, position);
    if (got < 0) {
      throw new IllegalStateException(name + " cannot be read: " + Libc.errorText((int) -got));
    }
    byte[] bytes = new byte[length];
    room.buffer().get(0, bytes);
    return bytes;
  }

  /** Writes to the file at a position. */
  void write(long position, byte[] bytes) {
    NativeMemory piece = NativeMemory.ofBytes(bytes);
    long result =
        Libc.call(SyscallNumber.PWRITE64, descriptor, piece.address(), bytes.length, position);
    if (result != bytes.length) {
      throw new IllegalStateException(
          name + " cannot be written: " + (result < 0 ? Libc.errorText((int) -result) : result));
    }
  }
}
