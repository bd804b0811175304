package org.ftrun.daemon.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.daemon.service.ServiceOptions.LaunchState;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * ftrun's copies of the descriptors that it was given for the service. Once the service has its
 * own, ftrun gives them up: a pipe's reader must see its end, and a socket must close, when the
 * service closes it.
 */
final class InheritedDescriptors {
  /** Layout of the recorded state: the launcher's launch_state.h, version 2. */
  static final int MAGIC = 0x534c5446;

  static final int VERSION = 2;
  static final int VERSION_OFFSET = 4;
  static final int COUNT_OFFSET = 292;
  static final int DESCRIPTORS_OFFSET = 456;

  private static final int O_RDWR_CLOEXEC = 2 | 02000000;
  private static final int STDERR = 2;

  private InheritedDescriptors() {}

  /** The descriptors that the first process of ftrun had, ascending. */
  static List<Integer> recorded(LaunchState state) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("/proc/self/fd/" + state.descriptor()));
    ByteBuffer layout = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < DESCRIPTORS_OFFSET
        || layout.getInt(0) != MAGIC
        || layout.getInt(VERSION_OFFSET) != VERSION) {
      throw new IOException("the recorded state is not of this ftrun's launcher");
    }
    int count = layout.getInt(COUNT_OFFSET);
    if (count < 0 || count > (bytes.length - DESCRIPTORS_OFFSET) / Integer.BYTES) {
      throw new IOException("the recorded state is damaged");
    }
    List<Integer> descriptors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      descriptors.add(layout.getInt(DESCRIPTORS_OFFSET + i * Integer.BYTES));
    }
    return descriptors;
  }

  /** Closes them; stdin and stdout become /dev/null, stderr stays for ftrun's messages. */
  static void release(LaunchState state) throws IOException {
    List<Integer> descriptors = recorded(state);
    NativeMemory path = NativeMemory.ofString("/dev/null");
    long nothing = Libc.call(SyscallNumber.OPEN, path.address(), O_RDWR_CLOEXEC);
    if (nothing < 0) {
      throw new IOException("/dev/null cannot be opened, errno " + -nothing);
    }
    for (int descriptor : descriptors) {
      if (descriptor < STDERR) {
        Libc.call(SyscallNumber.DUP3, nothing, descriptor, 0);
      } else if (descriptor > STDERR) {
        Libc.call(SyscallNumber.CLOSE, descriptor);
      }
    }
    Libc.call(SyscallNumber.CLOSE, nothing);
  }
}
