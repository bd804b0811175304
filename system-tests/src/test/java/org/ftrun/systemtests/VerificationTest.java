package org.ftrun.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A replica that asks the kernel for something else is noticed, and one that would write something
 * else where the user wanted that.
 */
@Timeout(120)
class VerificationTest {
  private static final List<String> KINDS =
      List.of(
          "write",
          "pwrite64",
          "writev",
          "pwritev2",
          "sendto",
          "sendmsg",
          "sendmmsg",
          "setsockopt",
          "access",
          "poll");

  /** At least two, by name. */
  private static final String ARGUMENTS = "(\\(\\w+=0x[0-9a-f]+(?:, \\w+=0x[0-9a-f]+)+\\))";

  private static final int HANDED_OVER = 1000;
  private static final Map<String, String> FLIP =
      Map.of("FTRUN_JAVA_OPTIONS", "-Dftrun.test.flip=madvise:1");

  @TempDir Path directory;

  /** How a call is handled, and which one of which program. */
  record Handling(FastPathMode mode, String program, String kind) {
    List<String> command() {
      return List.of(new CProgram(program, Linking.DYNAMIC).executable().toString(), kind);
    }
  }

  /**
   * A call whose number, or one argument, comes from the flipped memory, and both reports of it.
   */
  record Diverging(FastPathMode mode, String kind, String primary, String replica) {
    Handling handling() {
      return new Handling(mode, "diverging", kind);
    }
  }

  static List<Diverging> diverging() {
    String write = "write\\(fd=0x3, buf=%s, count=%s\\)";
    String buffer = "(0x[0-9a-f]+)";
    List<Diverging> all = new ArrayList<>();
    for (FastPathMode mode : FastPathMode.values()) {
      all.add(new Diverging(mode, "number", "getppid\\(\\)()", "getpgrp\\(\\)"));
      String whole = write.formatted(buffer, "0xbb8");
      String same = write.formatted("\\1", "0xbb8");
      all.add(new Diverging(mode, "descriptor", whole, same.replace("0x3,", "0x4,")));
      all.add(new Diverging(mode, "length", whole, write.formatted("\\1", "0xbb9")));
      // No buffer of the program's begins at an odd address.
      String even = write.formatted("(0x[0-9a-f]+)[02468ace]", "0xbb8");
      String odd = write.formatted("\\1[13579bdf]", "0xbb8");
      all.add(new Diverging(mode, "address", even, odd));
      String offset = "p%s, offset=0x%d\\)";
      String from = whole.substring(0, whole.length() - 2).replace("write", "write64");
      String to = same.substring(0, same.length() - 2).replace("write", "write64");
      all.add(new Diverging(mode, "offset", offset.formatted(from, 6), offset.formatted(to, 7)));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("diverging")
  void shouldReportBothCallsWhenTheReplicaAsksForSomethingElse(Diverging diverging)
      throws Exception {
    Handling handling = diverging.handling();
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun = start(gate, handling, "arguments")) {
      ServiceStatus status = passOneStep(gate, ftrun, 1);
      assertThat(status.divergences()).as(ftrun.messages()).isEqualTo(1);
      assertThat(ftrun.messages())
          .containsPattern(
              "divergence at event \\d+ \\(thread %d\\)   primary: %s = \\d+( at 0x[0-9a-f]+)"
                      .formatted(ftrun.pid(), diverging.primary())
                  + "   replica: CALL %s\\2".formatted(diverging.replica()));
      ftrun.killPrimaryAndAwaitProtected();
      assertEndsWell(gate, ftrun, handling);
    }
  }

  static List<Handling> handlings() {
    List<Handling> all = new ArrayList<>();
    for (FastPathMode mode : FastPathMode.values()) {
      KINDS.forEach(kind -> all.add(new Handling(mode, "written", kind)));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("handlings")
  void shouldReportTheCallWhenTheReplicaWouldWriteOtherBytes(Handling handling) throws Exception {
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun = start(gate, handling, "full")) {
      ServiceStatus status = passOneStep(gate, ftrun, 1);
      assertThat(status.divergences()).as(ftrun.messages()).isEqualTo(1);
      assertThat(ftrun.messages())
          .containsPattern(
              "divergence at event \\d+ \\(thread %2$d\\)   primary: %1$s%3$s = -?\\d+( at 0x[0-9a-f]+)"
                      .formatted(handling.kind(), ftrun.pid(), ARGUMENTS)
                  + "   replica: CALL %s\\1\\2".formatted(handling.kind())
                  + "   the arguments are equal, the written bytes differ\n");
      assertEndsWell(gate, ftrun, handling);
    }
  }

  @ParameterizedTest
  @EnumSource(FastPathMode.class)
  void shouldNotNoticeOtherBytesWhenOnlyArgumentsAreCompared(FastPathMode mode) throws Exception {
    Handling handling = new Handling(mode, "written", "write");
    try (Gate gate = Gate.make(directory.resolve("gate"));
        FtrunProcess ftrun = start(gate, handling, "arguments")) {
      ServiceStatus status = passOneStep(gate, ftrun, 0);
      assertThat(status.divergences()).as(ftrun.messages()).isZero();
      assertEndsWell(gate, ftrun, handling);
    }
  }

  private FtrunProcess start(Gate gate, Handling handling, String verified) throws Exception {
    Map<String, String> environment = new java.util.HashMap<>(FLIP);
    environment.put("FT_GATE", gate.environmentValue());
    List<String> options = new ArrayList<>(handling.mode().options());
    options.addAll(List.of("--verify", verified));
    return FtrunProcess.start(directory, options, environment, handling.command());
  }

  /** Has the program make its calls with a replica's byte flipped; returns the status then. */
  private static ServiceStatus passOneStep(Gate gate, FtrunProcess ftrun, long divergences)
      throws Exception {
    awaitSteps(ftrun, 1);
    ServiceStatus before = ftrun.awaitProtected();
    assertThat(before.divergences()).as(ftrun.messages()).isZero();
    gate.pass();
    awaitSteps(ftrun, 2);
    return ftrun.awaitStatus(
        "followed by a replica that has consumed everything",
        now -> now.isProtected() && now.lag() == 0 && now.divergences() >= divergences);
  }

  private static void assertEndsWell(Gate gate, FtrunProcess ftrun, Handling handling)
      throws Exception {
    assertThat(ftrun.messages()).containsOnlyOnce(" is flipped");
    ServiceStatus status = ftrun.awaitProtected();
    long fast = status.events() - status.slowPathEvents();
    assertThat(fast >= HANDED_OVER - 10)
        .as("%d of %d events are fast", fast, status.events())
        .isEqualTo(handling.mode() == FastPathMode.ON);
    assertThat(status.slowPathEvents() < HANDED_OVER / 2)
        .as("%d of %d events are slow", status.slowPathEvents(), status.events())
        .isEqualTo(handling.mode() == FastPathMode.ON);
    gate.pass();
    assertThat(ftrun.awaitExit()).as(ftrun.output() + ftrun.messages()).isZero();
    assertThat(ftrun.output()).endsWith("done\n");
  }

  private static void awaitSteps(FtrunProcess ftrun, int steps) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "step " + steps + " is not reached:\n" + ftrun.output() + ftrun.messages(),
        () -> {
          boolean reached = Outcome.stepsIn(ftrun.output()) >= steps;
          assertThat(reached || ftrun.isAlive())
              .as("ended before step %d:%n%s%s", steps, ftrun.output(), ftrun.messages())
              .isTrue();
          return reached;
        });
  }
}
