package org.ftrun.systemtests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** The echo server under ftrun, and its clients. */
final class EchoServer {
  private static final String LISTENING = "listening ";

  private EchoServer() {}

  /** Starts it under ftrun on a port of its own choice. */
  static FtrunProcess start(Path directory, Map<String, String> environment, Linking linking)
      throws IOException {
    return start(directory, FastPathMode.byDefault(), environment, linking);
  }

  /** As {@link #start(Path, Map, Linking)}, with a fast path or without. */
  static FtrunProcess start(
      Path directory, FastPathMode mode, Map<String, String> environment, Linking linking)
      throws IOException {
    return FtrunProcess.start(directory, mode, environment, command(linking));
  }

  /** The command that runs it, to which arguments can be added. */
  static List<String> command(Linking linking) {
    return new ArrayList<>(List.of(new CProgram("echo_server", linking).executable().toString()));
  }

  /** Starts it under ftrun on ports of its own choice, one of 127.0.0.1 and one of ::1. */
  static FtrunProcess startOnBoth(Path directory, FastPathMode mode) throws IOException {
    List<String> command = command(Linking.DYNAMIC);
    command.addAll(List.of("0", "", "ipv6"));
    return FtrunProcess.start(directory, mode, Map.of(), command);
  }

  /**
   * Starts it under ftrun with a child that serves and is a member too.
   *
   * @param properties of ftrun's, further options of its JVM
   */
  static FtrunProcess startWithWorker(Path directory, FastPathMode mode, String properties)
      throws IOException {
    List<String> command = command(Linking.DYNAMIC);
    command.addAll(List.of("0", "", "worker"));
    Map<String, String> environment = Map.of("FTRUN_JAVA_OPTIONS", properties);
    return FtrunProcess.start(directory, mode, environment, command);
  }

  /** Waits until it listens, and returns its port. */
  static int port(FtrunProcess ftrun) throws Exception {
    return ports(ftrun).get(0);
  }

  /** Waits until it listens, and returns its ports. */
  static List<Integer> ports(FtrunProcess ftrun) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "the echo server does not start:\n" + ftrun.messages(),
        () -> ftrun.output().startsWith(LISTENING) && ftrun.output().endsWith("\n"));
    String ports = ftrun.output().substring(LISTENING.length()).trim();
    return Stream.of(ports.split(" ")).map(Integer::valueOf).toList();
  }

  /** Clients of all kinds: single bytes, small pieces, and as much as the connection holds. */
  static Conversation crowd(FtrunProcess ftrun, int port) throws Exception {
    return crowd(() -> Ports.connect(ftrun, port));
  }

  /** As {@link #crowd(FtrunProcess, int)}, where the server listens, whether ftrun lives or not. */
  static Conversation crowd(int port) throws Exception {
    return crowd(() -> new Socket(InetAddress.getLoopbackAddress(), port));
  }

  private static Conversation crowd(Callable<Socket> connecting) throws Exception {
    List<EchoClient> clients = new ArrayList<>();
    long[] windows = {1, 1, 100, 1000, 100_000, 4_000_000};
    for (int i = 0; i < windows.length; i++) {
      clients.add(new EchoClient(connecting.call(), i, windows[i]));
    }
    return new Crowd(clients);
  }

  /** Waits until a conversation has gone on by some bytes, all of them right. */
  static void awaitProgress(FtrunProcess ftrun, Conversation conversation, long bytes)
      throws Exception {
    long target = conversation.progress() + bytes;
    Await.until(
        FtrunProcess.LIMIT,
        () -> "no progress:\n" + ftrun.messages(),
        () -> {
          conversation.check();
          return conversation.progress() >= target;
        });
  }
}
