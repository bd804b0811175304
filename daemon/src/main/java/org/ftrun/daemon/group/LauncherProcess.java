package org.ftrun.daemon.group;

import java.io.File;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * The native launcher as a child of this process, waiting for the word to exec the service. The
 * thread that spawns it lives as long as the daemon: a parent's death signal is sent at the death
 * of the thread, not of the process.
 */
final class LauncherProcess {
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;

  private final int pid;
  private final int go;
  private final int status;

  private LauncherProcess(int pid, int go, int status) {
    this.pid = pid;
    this.go = go;
    this.status = status;
  }

  /** Starts the launcher with the service's command, byte for byte as ftrun was given it. */
  static LauncherProcess start(ServiceOptions options) throws LaunchException {
    return start(
        options,
        (go, status) ->
            options.launchState().recordedCommand(go, status, options.command().size()));
  }

  /** Starts the launcher with the command that the options name, none of ftrun's own. */
  static LauncherProcess startOwn(ServiceOptions options) throws LaunchException {
    return start(
        options,
        (go, status) -> {
          List<String> arguments = new ArrayList<>();
          arguments.add(options.launchState().launcher());
          arguments.add("child");
          arguments.add(Integer.toString(options.launchState().descriptor()));
          arguments.add(Integer.toString(go));
          arguments.add(Integer.toString(status));
          arguments.addAll(options.command());
          return arguments.toArray(new String[0]);
        });
  }

  /** The launcher's arguments, given its ends of the two pipes. */
  private interface Arguments {
    String[] of(int go, int status);
  }

  private static LauncherProcess start(ServiceOptions options, Arguments arguments)
      throws LaunchException {
    Pipe go = Pipe.open();
    Pipe status;
    try {
      status = Pipe.open();
    } catch (LaunchException e) {
      go.close();
      throw e;
    }
    keepFromLauncher(go.writeEnd);
    keepFromLauncher(status.readEnd);
    long pid =
        spawnForEver(options.launchState().launcher(), arguments.of(go.readEnd, status.writeEnd));
    Libc.call(SyscallNumber.CLOSE, go.readEnd);
    Libc.call(SyscallNumber.CLOSE, status.writeEnd);
    if (pid < 0) {
      Libc.call(SyscallNumber.CLOSE, go.writeEnd);
      Libc.call(SyscallNumber.CLOSE, status.readEnd);
      throw new LaunchException(
          LaunchException.FTRUN_FAILED,
          new File(options.launchState().launcher()).getName()
              + " cannot be started: "
              + Libc.errorText((int) -pid));
    }
    return new LauncherProcess((int) pid, go.writeEnd, status.readEnd);
  }

  private static void keepFromLauncher(int descriptor) {
    Libc.call(SyscallNumber.FCNTL, descriptor, F_SETFD, FD_CLOEXEC);
  }

  private static long spawnForEver(String launcher, String[] arguments) {
    CompletableFuture<Long> pid = new CompletableFuture<>();
    Thread parent =
        new Thread(
            () -> {
              pid.complete(Libc.spawn(launcher, arguments, new String[0]));
              while (true) {
                java.util.concurrent.locks.LockSupport.park();
              }
            },
            "parent");
    parent.setDaemon(true);
    parent.start();
    return pid.join();
  }

  int pid() {
    return pid;
  }

  /** Lets it exec the service. */
  void go() {
    NativeMemory word = NativeMemory.allocate(1);
    Libc.call(SyscallNumber.WRITE, go, word.address(), 1);
    Reference.reachabilityFence(word);
    Libc.call(SyscallNumber.CLOSE, go);
  }

  /**
   * Reads the errno of a failed exec, waiting until the launcher has ended or become the service.
   *
   * @return 0 if it did not fail
   */
  int execErrno() {
    int errno = execErrno(status);
    Libc.call(SyscallNumber.CLOSE, status);
    return errno;
  }

  /** As {@link #execErrno()}, from the read end of a pipe; a signal to the thread ends no wait. */
  static int execErrno(int descriptor) {
    NativeMemory word = NativeMemory.allocate(Integer.BYTES);
    long read;
    do {
      read = Libc.call(SyscallNumber.READ, descriptor, word.address(), Integer.BYTES);
    } while (read == -Errno.EINTR);
    if (read < 0) {
      return (int) -read;
    }
    return read == Integer.BYTES ? word.buffer().getInt(0) : 0;
  }

  /** A pipe whose ends the launcher inherits, unless they are kept from it. */
  private static final class Pipe {
    final int readEnd;
    final int writeEnd;

    private Pipe(int readEnd, int writeEnd) {
      this.readEnd = readEnd;
      this.writeEnd = writeEnd;
    }

    static Pipe open() throws LaunchException {
      NativeMemory pair = NativeMemory.allocate(2 * Integer.BYTES);
      long result = Libc.call(SyscallNumber.PIPE2, pair.address(), 0);
      if (result != 0) {
        throw new LaunchException(
            LaunchException.FTRUN_FAILED, "no descriptors left: " + Libc.errorText((int) -result));
      }
      return new Pipe(pair.buffer().getInt(0), pair.buffer().getInt(Integer.BYTES));
    }

    void close() {
      Libc.call(SyscallNumber.CLOSE, readEnd);
      Libc.call(SyscallNumber.CLOSE, writeEnd);
    }
  }
}
