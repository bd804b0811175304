package org.ftrun.systemtests;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** TCP ports of the loopback interface. */
final class Ports {
  private Ports() {}

  /** A port that nobody uses now. */
  static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Connects as soon as somebody listens. */
  static Socket connect(FtrunProcess server, int port) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Socket[] connected = new Socket[1];
    Await.until(
        FtrunProcess.LIMIT,
        () -> "nobody listens on port " + port + "\n" + server.output() + server.messages(),
        () -> {
          if (!server.isAlive()) {
            throw new AssertionError("the server has ended:\n" + server.messages());
          }
          Socket socket = new Socket();
          try {
            socket.connect(address);
            connected[0] = socket;
            return true;
          } catch (IOException e) {
            socket.close(); // refused: it does not listen yet
            return false;
          }
        });
    return connected[0];
  }

  /** Waits until somebody listens; that takes one connection, which is closed again. */
  static void awaitListening(FtrunProcess server, int port) throws Exception {
    connect(server, port).close();
  }
}
