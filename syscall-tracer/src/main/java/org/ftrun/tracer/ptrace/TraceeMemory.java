package org.ftrun.tracer.ptrace;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * A process's memory: process_vm_readv(2) and process_vm_writev(2), and /proc/PID/mem for what is
 * not writable to the process itself. Reads and writes say how many bytes they moved; fewer than
 * asked means that the rest is not mapped, or that the process is gone.
 */
public final class TraceeMemory {
  private static final int O_RDWR_CLOEXEC = 02 | 02000000;
  private static final int PATH_LIMIT = 4096;

  private final int pid;
  private final NativeMemory vectors = NativeMemory.allocate(32);
  private final ByteBuffer oneByte = ByteBuffer.allocateDirect(1);
  private final NativeMemory words = NativeMemory.allocate(PATH_LIMIT + 1);

  /** The memory of process {@code pid}. */
  public TraceeMemory(int pid) {
    this.pid = pid;
  }

  /**
   * Reads into the buffer from its position to its limit; the position is not moved.
   *
   * @return bytes read, 0 if nothing could be
   */
  public int read(TraceeAddress from, ByteBuffer into) {
    return move(SyscallNumber.PROCESS_VM_READV, from.value(), into);
  }

  /**
   * Writes the buffer from its position to its limit; the position is not moved.
   *
   * @return bytes written, 0 if nothing could be
   */
  public int write(TraceeAddress to, ByteBuffer from) {
    return move(SyscallNumber.PROCESS_VM_WRITEV, to.value(), from);
  }

  /** Whether the process may write the byte at an address; found out by writing what it is. */
  public boolean isWritable(TraceeAddress address) {
    oneByte.clear();
    return read(address, oneByte) == 1 && write(address, oneByte) == 1;
  }

  private int move(int call, long remote, ByteBuffer local) {
    int length = local.remaining();
    if (length == 0) {
      return 0;
    }
    if (!local.isDirect()) {
      throw new IllegalArgumentException("a heap buffer has no address for the kernel");
    }
    long here = NativeMemory.addressOf(local) + local.position();
    vectors.buffer().putLong(0, here).putLong(8, length).putLong(16, remote).putLong(24, length);
    long moved = Libc.call(call, pid, vectors.address(), 1, vectors.address() + 16, 1, 0);
    Reference.reachabilityFence(local);
    return (int) Math.max(0, moved);
  }

  /** Writes bytes even where the process itself may only read, as a debugger does. */
  public boolean forceWrite(TraceeAddress to, byte[] bytes) {
    NativeMemory copy = NativeMemory.allocate(bytes.length);
    copy.buffer().put(0, bytes);
    return force(SyscallNumber.PWRITE64, to, copy, bytes.length);
  }

  /**
   * Reads {@code length} bytes even where the process itself may not.
   *
   * @return null if they are not all there
   */
  public byte[] forceRead(TraceeAddress from, int length) {
    NativeMemory copy = NativeMemory.allocate(length);
    if (!force(SyscallNumber.PREAD64, from, copy, length)) {
      return null;
    }
    byte[] bytes = new byte[length];
    copy.buffer().get(0, bytes);
    return bytes;
  }

  private boolean force(int call, TraceeAddress address, NativeMemory local, int length) {
    NativeMemory path = NativeMemory.ofString("/proc/" + pid + "/mem");
    long descriptor = Libc.call(SyscallNumber.OPEN, path.address(), O_RDWR_CLOEXEC);
    if (descriptor < 0) {
      return false;
    }
    long moved = Libc.call(call, descriptor, local.address(), length, address.value());
    Libc.call(SyscallNumber.CLOSE, descriptor);
    Reference.reachabilityFence(path);
    Reference.reachabilityFence(local);
    return moved == length;
  }

  /**
   * Reads {@code length} bytes.
   *
   * @throws TraceeDiedException if they are not all readable
   */
  public byte[] readBytes(TraceeAddress from, int length) throws TraceeDiedException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(length).order(ByteOrder.nativeOrder());
    if (read(from, buffer) != length) {
      throw TraceeDiedException.INSTANCE;
    }
    byte[] bytes = new byte[length];
    buffer.get(0, bytes);
    return bytes;
  }

  /**
   * Reads one 8-byte word.
   *
   * @throws TraceeDiedException if it is not readable
   */
  public long readLong(TraceeAddress from) throws TraceeDiedException {
    words.buffer().position(0).limit(Long.BYTES);
    int read = read(from, words.buffer());
    words.buffer().clear();
    if (read != Long.BYTES) {
      throw TraceeDiedException.INSTANCE;
    }
    return words.buffer().getLong(0);
  }

  /** Writes one 8-byte word; false if it is not writable. */
  public boolean writeLong(TraceeAddress to, long value) {
    words.buffer().putLong(0, value).position(0).limit(Long.BYTES);
    int written = write(to, words.buffer());
    words.buffer().clear();
    return written == Long.BYTES;
  }

  /** Writes bytes; false if not all are writable. */
  public boolean writeBytes(TraceeAddress to, byte[] bytes) {
    NativeMemory copy = NativeMemory.allocate(bytes.length);
    copy.buffer().put(0, bytes);
    boolean whole = write(to, copy.buffer()) == bytes.length;
    Reference.reachabilityFence(copy);
    return whole;
  }

  /** Reads a NUL-terminated string of at most 4,096 bytes; what is readable of it. */
  public String readString(TraceeAddress from) {
    StringBuilder text = new StringBuilder();
    long address = from.value();
    while (text.length() < PATH_LIMIT) {
      int wanted = Math.min(256, PATH_LIMIT - text.length());
      int chunk = (int) Math.min(wanted, 4096 - (address & 4095));
      words.buffer().position(0).limit(chunk);
      int read = read(new TraceeAddress(address), words.buffer());
      words.buffer().clear();
      for (int i = 0; i < read; i++) {
        if (words.buffer().get(i) == 0) {
          byte[] bytes = new byte[i];
          words.buffer().get(0, bytes);
          return text.append(new String(bytes, StandardCharsets.ISO_8859_1)).toString();
        }
      }
      if (read < chunk) {
        break;
      }
      byte[] bytes = new byte[read];
      words.buffer().get(0, bytes);
      text.append(new String(bytes, StandardCharsets.ISO_8859_1));
      address += read;
    }
    return text.toString();
  }
}
