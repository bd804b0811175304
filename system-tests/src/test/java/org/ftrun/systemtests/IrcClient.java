package org.ftrun.systemtests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An IRC client that says numbered lines in a channel and checks that the others' numbers come
 * without a gap, a repetition or a change of order.
 */
final class IrcClient implements AutoCloseable {
  private static final String CHANNEL = "#test";

  private final String nick;
  private final Socket socket;
  private final AtomicLong received = new AtomicLong();
  private final Map<String, Long> lastNumbers = new HashMap<>();
  private volatile boolean joined;
  private volatile boolean closing;
  private volatile String failure;
  private long said;

  IrcClient(Socket socket, String nick) throws IOException {
    this.nick = nick;
    this.socket = socket;
    socket.setTcpNoDelay(true);
    new Thread(this::read, "irc-" + nick).start();
    send("NICK " + nick);
    send("USER " + nick + " 0 * :" + nick);
  }

  private synchronized void send(String line) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  private void read() {
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String line;
      while ((line = in.readLine()) != null) {
        handle(line);
      }
      fail("the server closed the connection");
    } catch (IOException e) {
      fail(e.getMessage());
    }
  }

  private void handle(String line) throws IOException {
    String[] words = line.split(" ");
    if (words[0].equals("PING")) {
      send("PONG " + words[1]);
      return;
    }
    switch (words[1]) {
      case "001" -> send("JOIN " + CHANNEL);
      case "366" -> joined = true;
      case "PRIVMSG" -> number(words[0].substring(1).split("!")[0], line);
      case "433", "ERROR", "KILL" -> fail(line);
      default -> {}
    }
  }

  private void number(String sender, String line) {
    long number = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    long expected = lastNumbers.merge(sender, 1L, Long::sum);
    if (number != expected) {
      fail("from " + sender + " came " + number + " in place of " + expected);
    }
    received.incrementAndGet();
  }

  private void fail(String what) {
    if (failure == null && !closing) {
      failure = nick + ": " + what;
    }
  }

  boolean isJoined() {
    return joined;
  }

  /** Says the next number, from 1 on, in the channel. */
  void say() throws IOException {
    said++;
    send("PRIVMSG " + CHANNEL + " :number " + said);
  }

  /** How many lines this client has said. */
  long said() {
    return said;
  }

  /** How many lines of the others came, all in order. */
  long received() {
    return received.get();
  }

  void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() throws IOException {
    closing = true;
    socket.close();
  }
}
