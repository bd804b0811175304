package org.ftrun.tracer.member;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.TraceeDiedException;

/**
 * A file that the service maps shared and writable, opened for ourselves: by whatever descriptor
 * and name the service has it, it may have neither any more when a takeover needs it. It is closed
 * when no model knows it any more.
 */
final class SharedFile extends SharedStore {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int O_RDWR_CLOEXEC = 02 | 02000000;

  private static final int SEEK_END = 2;

  private static final int READ_WRITE = 3;
  private static final int MAP_SHARED_FIXED = 0x1 | 0x10;

  final long inode;
  private final int descriptor;
  private final FileWrites.Watch watch;

  private SharedFile(String name, long inode, int descriptor, FileWrites.Watch watch) {
    super(name);
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

  @Override
  boolean isSame(SharedStore other) {
    return other instanceof SharedFile file && file.inode == inode;
  }

  @Override
  String mapInto(MemberThread member, SharedFiles.Region region) throws TraceeDiedException {
    return new DescriptorMapping(member, descriptor)
        .map(region.start(), region.bytes(), READ_WRITE, MAP_SHARED_FIXED, region.offset());
  }

  @Override
  boolean isWritten() {
    return FileWrites.isSeen(watch);
  }

  @Override
  void forgive() {
    FileWrites.forget(watch);
  }

  @Override
  long size() {
    return Libc.call(SyscallNumber.LSEEK, descriptor, 0, SEEK_END);
  }

  @Override
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

  @Override
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
