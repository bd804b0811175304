package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers under load write the same bytes in both members, before a takeover and after it. */
@Timeout(120)
class VerifiedServersTest {
  private static final int KILLS = KillStorm.kills(1);
  private static final int BYTES = 2_000_000;
  private static final int ANSWERS = 500;
  private static final int LINES = 500;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldAgreeOnEveryByteWhenTheEchoServerIsKilled(FastPathMode mode) throws Exception {
    try (FtrunProcess ftrun = start(mode, EchoServer.command(Linking.DYNAMIC));
        Conversation crowd = EchoServer.crowd(ftrun, EchoServer.port(ftrun))) {
      storm(ftrun, crowd, BYTES);
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldAgreeOnEveryByteWhenNginxIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    byte[] page = new byte[5_000];
    new Random(5).nextBytes(page);
    List<String> command = HttpServer.NGINX.prepare(directory, port);
    Files.write(directory.resolve("www").resolve("page"), page);
    try (FtrunProcess ftrun = start(mode, command)) {
      Ports.awaitListening(ftrun, port);
      try (Conversation crowd =
          new Crowd(
              List.of(
                  new HttpConversation(ftrun, port, page),
                  new HttpConversation(ftrun, port, page)))) {
        storm(ftrun, crowd, ANSWERS);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldAgreeOnEveryByteWhenNgircdIsKilled(FastPathMode mode) throws Exception {
    int port = Ports.free();
    List<String> command = Ngircd.prepare(directory, port);
    try (FtrunProcess ftrun = start(mode, command);
        Conversation conversation = new IrcConversation(ftrun, port, 4)) {
      storm(ftrun, conversation, LINES);
    }
  }

  private FtrunProcess start(FastPathMode mode, List<String> command) throws Exception {
    List<String> options = new ArrayList<>(mode.options());
    options.addAll(List.of("--verify", "full"));
    return FtrunProcess.start(directory, options, Map.of(), command);
  }

  /** The storm looks at the divergences; here they are looked at once more, after some load. */
  private static void storm(FtrunProcess ftrun, Conversation conversation, int progress)
      throws Exception {
    EchoServer.awaitProgress(ftrun, conversation, progress);
    new KillStorm(ftrun, conversation, progress).kill(KILLS);
    EchoServer.awaitProgress(ftrun, conversation, progress);
    conversation.finish();
    ServiceStatus status =
        ftrun.awaitStatus("consumed", now -> now.isProtected() && now.lag() == 0);
    assertThat(status.divergences()).as(ftrun.messages()).isZero();
    assertThat(status.takeoverCauses()).hasSize(KILLS);
  }
}
