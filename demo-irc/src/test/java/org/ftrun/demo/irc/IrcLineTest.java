package org.ftrun.demo.irc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class IrcLineTest {

  @Test
  void shouldSplitALineWhenItHasOriginAndTrailingText() {
    assertThat(IrcLine.parse(":c0001!~demo@localhost PRIVMSG #demo1 :a :b c"))
        .isEqualTo(new IrcLine("c0001", "PRIVMSG", List.of("#demo1", "a :b c")));
  }

  @Test
  void shouldSplitALineWhenItHasNoOrigin() {
    assertThat(IrcLine.parse("PING :irc.demo"))
        .isEqualTo(new IrcLine("", "PING", List.of("irc.demo")));
  }

  @Test
  void shouldYieldEmptyPartsWhenTheyAreMissing() {
    assertThat(IrcLine.parse("")).isEqualTo(new IrcLine("", "", List.of()));
    assertThat(IrcLine.parse(":irc.demo")).isEqualTo(new IrcLine("irc.demo", "", List.of()));
    assertThat(IrcLine.parse("QUIT").text()).isEmpty();
  }

  @Test
  void shouldTellRefusalsFromReplies() {
    assertThat(IrcLine.parse(":s 433 * nick :in use").isRefusal()).isTrue();
    assertThat(IrcLine.parse("ERROR :closing").isRefusal()).isTrue();
    assertThat(IrcLine.parse(":s 366 nick #a :end").isRefusal()).isFalse();
  }

  @Test
  void shouldReadBackANumberedMessageOnlyWhenItIsWhole() {
    NumberedMessage message = new NumberedMessage(7, 42, -5);
    assertThat(NumberedMessage.parse(message.text())).contains(message);
    assertThat(NumberedMessage.parse(message.text() + "1 ")).isEmpty();
    assertThat(NumberedMessage.parse("ftrun-demo 7 042 -5")).isEmpty();
    assertThat(NumberedMessage.parse("ftrun-demo 7 42")).isEmpty();
    assertThat(NumberedMessage.parse("hello")).isEmpty();
  }
}
