package org.ftrun.tracer.libc;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;

/** libc through JNA's direct mapping. Results follow the kernel: {@code -errno} on failure. */
public final class Libc {
  static {
    Native.register(Libc.class, "c");
  }

  private Libc() {}

  private static native long syscall(long number, long a, long b, long c, long d, long e, long f);

  private static native String strerror(int error);

  private static native int sigaction(int signal, Pointer action, Pointer old);

  private static native int posix_spawn(
      Pointer pid, String path, Pointer fileActions, Pointer attributes, Pointer argv, Pointer env);

  /**
   * Makes a system call.
   *
   * @return what the kernel returned: a value, or {@code -errno} in the range -4095..-1
   */
  public static long call(long number, long a, long b, long c, long d, long e, long f) {
    long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -Native.getLastError() : result;
  }

  /** As the six-argument form, the missing arguments zero. */
  public static long call(long number) {
    return call(number, 0, 0, 0, 0, 0, 0);
  }

  /** As the six-argument form, the missing arguments zero. */
  public static long call(long number, long a) {
    return call(number, a, 0, 0, 0, 0, 0);
  }

  /** As the six-argument form, the missing arguments zero. */
  public static long call(long number, long a, long b) {
    return call(number, a, b, 0, 0, 0, 0);
  }

  /** As the six-argument form, the missing arguments zero. */
  public static long call(long number, long a, long b, long c) {
    return call(number, a, b, c, 0, 0, 0);
  }

  /** As the six-argument form, the missing arguments zero. */
  public static long call(long number, long a, long b, long c, long d) {
    return call(number, a, b, c, d, 0, 0);
  }

  /**
   * posix_spawn(3) without file actions and attributes.
   *
   * @param path the executable's absolute path
   * @param argv the arguments, the first being the program's name
   * @param environment NAME=VALUE strings
   * @return the child's pid, or {@code -errno}
   */
  public static long spawn(String path, String[] argv, String[] environment) {
    NativeMemory pid = NativeMemory.allocate(8);
    NativeMemory arguments = NativeMemory.ofStrings(argv);
    NativeMemory variables = NativeMemory.ofStrings(environment);
    int error =
        posix_spawn(
            new Pointer(pid.address()),
            path,
            Pointer.NULL,
            Pointer.NULL,
            new Pointer(arguments.address()),
            new Pointer(variables.address()));
    Reference.reachabilityFence(arguments);
    Reference.reachabilityFence(variables);
    int child = pid.buffer().getInt(0);
    Reference.reachabilityFence(pid);
    return error != 0 ? -error : child;
  }

  /** Copies bytes to an address in this process. */
  public static void write(long address, byte[] bytes) {
    new Pointer(address).write(0, bytes, 0, bytes.length);
  }

  /** The text of an errno, such as "No such process". */
  public static String errorText(int error) {
    return strerror(error);
  }

  /**
   * Makes a signal interrupt blocking calls of the thread it is sent to, and do nothing else. The
   * handler is libc's own abs(3): async-signal-safe, takes an int, no effect.
   *
   * @param signal 1..64
   */
  public static void makeInterrupting(int signal) {
    long handler =
        Pointer.nativeValue(com.sun.jna.NativeLibrary.getInstance("c").getFunction("abs"));
    NativeMemory action = NativeMemory.allocate(152);
    action.buffer().putLong(0, handler);
    int result = sigaction(signal, new Pointer(action.address()), Pointer.NULL);
    Reference.reachabilityFence(action);
    if (result != 0) {
      throw new IllegalStateException("sigaction: errno " + Native.getLastError());
    }
  }

  /**
   * Calls machine code in this process that takes up to two integer arguments and returns one.
   *
   * @param address where the code is mapped executable
   */
  public static long invoke(long address, long first, long second) {
    return com.sun.jna.Function.getFunction(new Pointer(address))
        .invokeLong(new Object[] {first, second});
  }
}
