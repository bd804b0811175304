package org.ftrun.demo.kit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** How a source comes to stream to icecast2. */
public final class IcecastSource {
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int ANSWER_BYTES = 256;

  private IcecastSource() {}

  /**
   * Connects and logs in; what is written to the socket then is broadcast.
   *
   * @param password that of sources
   * @param mount where listeners find it, with a slash at first
   * @throws IOException if nobody answers within 30 s, or the source is refused
   */
  public static Socket connect(InetSocketAddress address, String password, String mount)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(address, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      logIn(socket, password, mount);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void logIn(Socket socket, String password, String mount) throws IOException {
    String login = "source:" + password;
    String request =
        "SOURCE "
            + mount
            + " ICE/1.0\r\nContent-Type: application/octet-stream\r\nAuthorization: Basic "
            + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.US_ASCII))
            + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    byte[] answer = new byte[ANSWER_BYTES];
    int length = Math.max(0, socket.getInputStream().read(answer));
    String status = new String(answer, 0, length, StandardCharsets.US_ASCII);
    if (!status.contains(" 200 ")) {
      throw new IOException("icecast2 refuses the source: " + status.strip());
    }
  }
}
