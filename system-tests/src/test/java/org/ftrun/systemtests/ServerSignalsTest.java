package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Servers do on a signal what their manuals say, whichever process serves, and their clients notice
 * nothing.
 */
@Timeout(120)
class ServerSignalsTest {
  private static final int PAGE_BYTES = 5_000;
  private static final int KILLS = 2;
  private static final String ANSWER_TO_MOTD = ":irc.example.net 372 asker :- ";

  @TempDir Path directory;

  /** nginx as one process cannot reload, natively neither: it has no connections left then. */
  @ParameterizedTest
  @CsvSource({
    "NGINX,USR1,access_log off;,access_log %s;",
    "LIGHTTPD,HUP,server.bind,server.modules += (\"mod_accesslog\") accesslog.filename = \"%s\" server.bind"
  })
  void shouldReopenItsLogWhenItIsAWebServer(
      HttpServer server, String signal, String place, String logging) throws Exception {
    int port = Ports.free();
    List<String> command = server.prepare(directory, port);
    Path page = Files.write(directory.resolve("www").resolve("page"), new byte[PAGE_BYTES]);
    Path log = directory.resolve("access.log");
    replace(directory.resolve("server.conf"), place, logging.formatted(log));
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), command);
        Conversation conversation = new HttpConversation(ftrun, port, Files.readAllBytes(page))) {
      awaitLongerThan(0, log, ftrun);
      ftrun.awaitProtected();
      Path rotated = directory.resolve("access.log.0");
      for (int kill = 1; kill <= KILLS; kill++) {
        Files.move(log, rotated, StandardCopyOption.REPLACE_EXISTING);
        ftrun.signal(signal);
        awaitLongerThan(0, log, ftrun);
        long bytes = Files.size(rotated);
        awaitLongerThan(Files.size(log), log, ftrun);
        assertThat(Files.size(rotated)).as("written to no more").isEqualTo(bytes);
        ftrun.killPrimaryAndAwaitProtected();
        awaitLongerThan(Files.size(log), log, ftrun);
        conversation.check();
      }
      conversation.finish();
      assertThat(ftrun.awaitProtected().divergences()).isZero();
    }
  }

  private static void awaitLongerThan(long bytes, Path log, FtrunProcess ftrun) throws Exception {
    await(ftrun, "writing to its log", () -> Files.exists(log) && Files.size(log) > bytes);
  }

  @Test
  void shouldReloadWhenItIsNgircd() throws Exception {
    int port = Ports.free();
    List<String> command = Ngircd.prepare(directory, port);
    // It reads its configuration anew as the user nobody.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), command);
        Socket socket = Ports.connect(ftrun, port);
        LineSocket client = new LineSocket(socket)) {
      socket.setSoTimeout((int) FtrunProcess.LIMIT.toMillis());
      client.send("NICK asker\r\nUSER asker 0 * :asker\r\n");
      String said = "hello";
      assertThat(motd(client)).isEqualTo(said);
      for (int kill = 1; kill <= KILLS; kill++) {
        String next = "reloaded " + kill;
        replace(directory.resolve("ngircd.conf"), said, next);
        ftrun.awaitProtected();
        ftrun.signal("HUP");
        await(
            ftrun,
            "reloaded",
            () -> {
              client.send("MOTD\r\n");
              return motd(client).equals(next);
            });
        ftrun.killPrimaryAndAwaitProtected();
        said = next;
      }
      Ports.connect(ftrun, port).close();
      assertThat(ftrun.awaitProtected().divergences()).isZero();
    }
  }

  /** Reads on to the end of the message of the day; returns its only line. */
  private static String motd(LineSocket client) throws IOException {
    String motd = "";
    String line;
    while (!(line = client.readLine()).contains(" 376 ")) {
      if (line.startsWith(ANSWER_TO_MOTD)) {
        motd = line.substring(ANSWER_TO_MOTD.length());
      }
    }
    return motd;
  }

  private static void await(FtrunProcess ftrun, String what, Callable<Boolean> condition)
      throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "not " + what + "\n" + ftrun.output() + ftrun.messages(),
        condition);
  }

  private static void replace(Path file, String old, String text) throws IOException {
    String before = Files.readString(file);
    assertThat(before).contains(old);
    Files.writeString(file, before.replace(old, text));
  }
}
