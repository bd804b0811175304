package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Debian's ngircd, killed while clients talk: no client is disconnected, no line lost. */
class NgircdTest {
  private static final int CLIENTS = 4;
  private static final int LINES_BETWEEN_KILLS = 300;

  @TempDir Path directory;
  private int port;

  private FtrunProcess start() throws Exception {
    port = Ports.free();
    return FtrunProcess.start(directory, Map.of(), Ngircd.prepare(directory, port));
  }

  /** {@code -Dftrun.repeats=20} runs it so often. */
  static IntStream runs() {
    return IntStream.rangeClosed(1, Integer.getInteger("ftrun.repeats", 1));
  }

  @ParameterizedTest(name = "run {0}")
  @MethodSource("runs")
  @Timeout(120)
  void shouldKeepEveryLineWhenKilledTwentyTimes(int run) throws Exception {
    storm(KillStorm.kills(20));
  }

  @Test
  @Timeout(240)
  void shouldKeepEveryLineWhenKilledFiftyTimesInARow() throws Exception {
    storm(KillStorm.kills(50));
  }

  @Test
  @Tag("kill-storm")
  @Timeout(600)
  void shouldKeepEveryLineWhenKilledFiveHundredTimes() throws Exception {
    storm(KillStorm.kills(500));
  }

  private void storm(int kills) throws Exception {
    try (FtrunProcess ftrun = start();
        Conversation conversation = new IrcConversation(ftrun, port, CLIENTS)) {
      new KillStorm(ftrun, conversation, LINES_BETWEEN_KILLS).kill(kills);
      conversation.finish();
    }
  }

  /** A client comes before each kill, for which a child process looks up who that is. */
  @Test
  @Timeout(120)
  void shouldKeepEveryLineWhenChildrenLookUpClients() throws Exception {
    port = Ports.free();
    List<String> command = Ngircd.prepareWithLookUps(directory, port);
    try (FtrunProcess ftrun = FtrunProcess.start(directory, Map.of(), command);
        Conversation conversation = new IrcConversation(ftrun, port, CLIENTS)) {
      for (int kill = 1; kill <= 10; kill++) {
        try (IrcClient late = new IrcClient(Ports.connect(ftrun, port), "late" + kill)) {
          ftrun.killPrimaryAndAwaitProtected();
          EchoServer.awaitProgress(ftrun, conversation, LINES_BETWEEN_KILLS);
          Await.until(
              FtrunProcess.LIMIT,
              () -> "a late client has not joined\n" + ftrun.output() + ftrun.messages(),
              late::isJoined);
        }
      }
      conversation.finish();
      assertThat(ftrun.messages()).contains("runs natively").doesNotContain("replica lost");
    }
  }

  @Test
  @Timeout(120)
  void shouldKeepIiJoinedWhenKilled() throws Exception {
    try (FtrunProcess ftrun = start();
        IrcClient client = new IrcClient(Ports.connect(ftrun, port), "speaker")) {
      Process ii =
          new ProcessBuilder(
                  "ii", "-s", "127.0.0.1", "-p", "" + port, "-n", "iiuser", "-i", "" + directory)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("ii.log").toFile())
              .start();
      try {
        talkWithIi(ftrun, client);
        assertThat(ii.isAlive()).as("ii is still running").isTrue();
      } catch (AssertionError e) {
        throw new AssertionError(said(ftrun), e);
      } finally {
        ii.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
    }
  }

  /** What all sides have said, should a line be missing. */
  private String said(FtrunProcess ftrun) throws Exception {
    Path heard = directory.resolve("127.0.0.1/#test/out");
    return ftrun.output()
        + ftrun.messages()
        + Files.readString(directory.resolve("ii.log"))
        + (Files.exists(heard) ? Files.readString(heard) : "ii has no channel");
  }

  private void talkWithIi(FtrunProcess ftrun, IrcClient client) throws Exception {
    Path server = directory.resolve("127.0.0.1");
    Path channel = server.resolve("#test");
    // A channel takes lines from outside too: what ii says before this client has joined is not for
    // it.
    Await.until(
        FtrunProcess.LIMIT,
        () -> "the speaker has not joined\n" + ftrun.output() + ftrun.messages(),
        client::isJoined);
    await(ftrun, "registered", server.resolve("out"), "irc.example.net");
    write(server.resolve("in"), "/j #test");
    await(ftrun, "joined", channel.resolve("out"), "iiuser");
    long said = 0;
    for (int kill = 0; kill < 5; kill++) {
      client.say();
      write(channel.resolve("in"), "number " + ++said);
      ftrun.killPrimaryAndAwaitProtected();
      client.say();
      write(channel.resolve("in"), "number " + ++said);
      await(ftrun, "line heard", channel.resolve("out"), "<speaker> number " + client.said());
      long expected = said;
      Await.until(
          FtrunProcess.LIMIT,
          () -> "ii's line " + expected + " did not come\n" + ftrun.messages(),
          () -> {
            client.check();
            return client.received() == expected;
          });
    }
    List<String> heard =
        Files.readAllLines(channel.resolve("out")).stream()
            .filter(line -> line.contains("<speaker>"))
            .map(line -> line.substring(line.indexOf('<')))
            .toList();
    assertThat(heard).hasSize((int) client.said());
    for (int i = 0; i < heard.size(); i++) {
      assertThat(heard.get(i)).isEqualTo("<speaker> number " + (i + 1));
    }
  }

  private static void await(FtrunProcess ftrun, String what, Path file, String text)
      throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "ii: not " + what + "\n" + ftrun.output() + ftrun.messages(),
        () -> Files.exists(file) && Files.readString(file).contains(text));
  }

  private static void write(Path fifo, String line) throws Exception {
    Files.write(fifo, (line + "\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
  }
}
