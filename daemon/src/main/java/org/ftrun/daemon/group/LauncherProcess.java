package org.ftrun.daemon.group;

import java.io.File;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * The native launcher as a child of this process, waiting for the word to exec the service. The
 * thread that spawns it lives as long as the daemon: a parent's death signal is sent at the death
 * of the thread, not of the process.
 */
final class LauncherProcess {
  private static final int SYS_READ = 0;
  private static final int SYS_WRITE = 1;
  private static final int SYS_CLOSE = 3;
  private static final int SYS_FCNTL = 72;
  private static final int SYS_PIPE2 = 293;
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
    int[] goPipe = pipe();
    int[] statusPipe = pipe();
    Libc.call(SYS_FCNTL, goPipe[1], F_SETFD, FD_CLOEXEC);
    Libc.call(SYS_FCNTL, statusPipe[0], F_SETFD, FD_CLOEXEC);
    long pid =
        spawnForEver(options.launchState().launcher(), arguments.of(goPipe[0], statusPipe[1]));
    Libc.call(SYS_CLOSE, goPipe[0]);
    Libc.call(SYS_CLOSE, statusPipe[1]);
    if (pid < 0) {
      Libc.call(SYS_CLOSE, goPipe[1]);
      Libc.call(SYS_CLOSE, statusPipe[0]);
      throw new LaunchException(
          LaunchException.FTRUN_FAILED,
          new File(options.launchState().launcher()).getName()
              + " cannot be started: "
              + Libc.errorText((int) -pid));
    }
    return new LauncherProcess((int) pid, goPipe[1], statusPipe[0]);
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
    Libc.call(SYS_WRITE, go, word.address(), 1);
    Libc.call(SYS_CLOSE, go);
  }

  /**
   * Reads the errno of a failed exec, waiting until the launcher has ended or become the service.
   */
  int execErrno() {
    NativeMemory word = NativeMemory.allocate(4);
    long read = Libc.call(SYS_READ, status, word.address(), 4);
    Libc.call(SYS_CLOSE, status);
    ByteBuffer bytes = word.buffer();
    return read == 4 ? bytes.getInt(0) : 0;
  }

  private static int[] pipe() throws LaunchException {
    NativeMemory pair = NativeMemory.allocate(8);
    long result = Libc.call(SYS_PIPE2, pair.address(), 0);
    if (result != 0) {
      throw new LaunchException(
          LaunchException.FTRUN_FAILED, "no descriptors left: " + Libc.errorText((int) -result));
    }
    return new int[] {pair.buffer().getInt(0), pair.buffer().getInt(4)};
  }
}
