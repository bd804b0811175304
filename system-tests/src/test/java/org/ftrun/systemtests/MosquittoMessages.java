package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * mosquitto_pub, which sends a numbered message a line exactly once (QoS 2), and mosquitto_sub,
 * which must get them in order. Both would connect again, and say nothing: so that is looked for in
 * what the broker says.
 */
final class MosquittoMessages implements Conversation {
  private static final int MESSAGES_AHEAD = 100;
  private static final int END_SECONDS = 20;
  private static final String CONNECTED = "New client connected";

  /** The subscriber, who sends the first message, and the publisher. */
  private static final int CLIENTS = 3;

  private final FtrunProcess broker;
  private final Process subscriber;
  private final Process publisher;
  private final Thread receiving = new Thread(this::receive, "mosquitto-sub");
  private final Thread sending = new Thread(this::send, "mosquitto-pub");
  private volatile long sent;
  private volatile long received;
  private volatile boolean finishing;
  private volatile String failure;

  /** Connects the subscriber, then the publisher. */
  MosquittoMessages(FtrunProcess broker, Path directory, int port) throws Exception {
    this.broker = broker;
    this.subscriber =
        client(directory, "stdbuf", "-oL", "mosquitto_sub", "-p", "" + port, "-q", "2", "-t", "t");
    awaitConnected(1);
    sendFirst(port, directory);
    receiving.start();
    this.publisher =
        client(directory, "mosquitto_pub", "-p", "" + port, "-q", "2", "-t", "t", "-l");
    awaitConnected(CLIENTS);
    sending.start();
  }

  private static Process client(Path directory, String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectError(directory.resolve(command[command.length - 1] + ".err").toFile())
        .start();
  }

  private void awaitConnected(int clients) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> clients + " clients of mosquitto did not connect: " + broker.messages(),
        () -> connected() == clients);
  }

  private long connected() {
    return broker.messages().lines().filter(line -> line.contains(CONNECTED)).count();
  }

  /** The broker keeps this message for who subscribes later: no subscriber begins without it. */
  private void sendFirst(int port, Path directory) throws Exception {
    Process retained =
        client(
            directory, "mosquitto_pub", "-p", "" + port, "-i", "first", "-r", "-t", "t", "-m", "0");
    assertThat(retained.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
    retained.destroyForcibly();
  }

  private void send() {
    try (OutputStream lines = publisher.getOutputStream()) {
      while (!finishing) {
        lines.write(((sent + 1) + "\n").getBytes(StandardCharsets.US_ASCII));
        lines.flush();
        sent++;
        Await.until(
            FtrunProcess.LIMIT,
            () -> "sent " + sent + ", received " + received,
            () -> finishing || sent - received < MESSAGES_AHEAD);
      }
    } catch (Exception | AssertionError e) {
      fail("sending " + sent + ": " + e);
    }
  }

  private void receive() {
    try (BufferedReader lines = subscriber.inputReader()) {
      String line = lines.readLine();
      if (!"0".equals(line)) {
        fail("began with " + line);
        return;
      }
      while ((line = lines.readLine()) != null) {
        if (Long.parseLong(line) != received + 1) {
          fail("got " + line + " behind " + received);
          return;
        }
        received++;
      }
    } catch (IOException | RuntimeException e) {
      fail("receiving behind " + received + ": " + e);
    }
  }

  private void fail(String what) {
    if (failure == null) {
      failure = what;
    }
  }

  @Override
  public long progress() {
    return received;
  }

  @Override
  public void check() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void finish() throws Exception {
    finishing = true;
    sending.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
    assertThat(publisher.waitFor(END_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
    assertThat(publisher.exitValue()).isZero();
    Await.until(
        FtrunProcess.LIMIT,
        () -> "sent " + sent + ", received " + received,
        () -> {
          check();
          return received == sent;
        });
    assertThat(connected()).as(broker.messages()).isEqualTo(CLIENTS);
  }

  @Override
  public void close() {
    finishing = true;
    publisher.destroyForcibly();
    subscriber.destroyForcibly();
  }
}
