package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import org.ftrun.eventlog.Consumer;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.eventlog.EventLogWriter;
import org.ftrun.tracer.capture.ArgumentDigest;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a report says of an event of thread 77: a write of 16 bytes at 0x400100, of which 9 were.
 */
@Timeout(60)
class DivergenceTest {
  private static final long SITE = 0x400100;
  private static final long[] ARGUMENTS = {3, 0x7f00, 16, 0, 0, 0};
  private static final SyscallRow WRITE = SyscallTable.named("write");
  private static final long DIGEST = ArgumentDigest.of(WRITE, ARGUMENTS);
  private static final String BEGIN =
      """
      divergence at event 1 (thread 77)
        primary: write(fd=0x3, buf=0x7f00, count=0x10) = 9 at 0x400100
      """;

  private NoGroup group;

  @BeforeEach
  void makeGroup() throws Exception {
    group = new NoGroup();
  }

  @AfterEach
  void endGroup() throws Exception {
    group.close();
  }

  /** The second event of the log, with arguments that are known. */
  private Event write() {
    Event event = event(EventKind.SYSCALL, 9);
    group.history().record(event.sequence(), ARGUMENTS);
    return event;
  }

  private Event event(EventKind kind, long result) {
    EventLogWriter writer = group.log().writer();
    writer.activate(Consumer.REPLICA);
    for (int thread = 76; thread <= 77; thread++) {
      assertThat(writer.tryReserve(0)).isTrue();
      writer.publish(kind, 0, WRITE.number(), thread, result, DIGEST, 3, SITE, 0, 0);
    }
    var reader = group.log().reader(Consumer.REPLICA);
    reader.peek();
    reader.consume();
    return reader.peek();
  }

  private static CallInFlight callOf(long digest, String name, long site, long... arguments) {
    CallInFlight call = new CallInFlight(CallDigest.OF_ARGUMENTS, 0);
    Registers stopped = new Registers().rax(MemberOnChild.number(name)).arguments(arguments);
    call.begin(stopped.rip(site + CallInFlight.SYSCALL_INSTRUCTION_BYTES), digest);
    return call;
  }

  private static CallInFlight call(String name, long site, long... arguments) {
    return callOf(ArgumentDigest.of(SyscallTable.named(name), arguments), name, site, arguments);
  }

  private String report(Event event, CallInFlight call) {
    return Divergence.report(event, null, call, "CALL", group.history());
  }

  @Test
  void shouldNameBothWhenTheCallIsAnother() {
    CallInFlight call = call("lseek", 0x400200, 4, 5, 6, 0, 0, 0);
    assertThat(report(write(), call))
        .isEqualTo(BEGIN + "  replica: CALL lseek(fd=0x4, offset=0x5, whence=0x6) at 0x400200");
  }

  @Test
  void shouldNameBothWhenAnArgumentIsAnother() {
    CallInFlight call = call("write", SITE, 3, 0x7f00, 17, 0, 0, 0);
    assertThat(report(write(), call))
        .isEqualTo(BEGIN + "  replica: CALL write(fd=0x3, buf=0x7f00, count=0x11) at 0x400100");
  }

  @Test
  void shouldNameBothWhenTheSiteIsAnother() {
    assertThat(report(write(), call("write", 0x400200, ARGUMENTS)))
        .isEqualTo(BEGIN + "  replica: CALL write(fd=0x3, buf=0x7f00, count=0x10) at 0x400200");
  }

  @Test
  void shouldSayThatItIsTheBytesWhenTheArgumentsAreEqual() {
    CallInFlight call = callOf(DIGEST ^ 1, "write", SITE, ARGUMENTS);
    String end =
        "  replica: CALL write(fd=0x3, buf=0x7f00, count=0x10) at 0x400100\n"
            + "  the arguments are equal, the written bytes differ";
    Event event = event(EventKind.SYSCALL, 9);
    assertThat(report(event, call)).as("by the fast path").isEqualTo(BEGIN + end);
    group.history().record(event.sequence(), ARGUMENTS);
    assertThat(report(event, call)).isEqualTo(BEGIN + end);
  }

  @Test
  void shouldFollowFromTheDigestWhenThePrimarysArgumentsAreNotKept() {
    CallInFlight call = call("write", SITE, 4, 0x7f00, 17, 0, 0, 0);
    assertThat(report(event(EventKind.SYSCALL, 9), call))
        .isEqualTo(
            BEGIN
                + "  replica: CALL write(fd=0x4, buf=0x7f00, count=0x11) at 0x400100\n"
                + "  the primary's arguments follow from their digest");
  }

  @Test
  void shouldSayThatTheyAreNotKeptWhenSeveralArgumentsAreOthers() {
    CallInFlight call = call("write", SITE, 3, 0x7f01, 17, 0, 0, 0);
    assertThat(report(event(EventKind.SYSCALL, 9), call))
        .contains("\n  primary: write(arguments not kept) = 9 at 0x400100\n")
        .endsWith("write(fd=0x3, buf=0x7f01, count=0x11) at 0x400100");
  }

  @Test
  void shouldNameBothResultsWhenBothMadeTheCall() {
    CallInFlight call = call("write", SITE, ARGUMENTS);
    assertThat(Divergence.result(write(), null, call, -9, group.history()))
        .isEqualTo(
            BEGIN + "  replica: got -9 from write(fd=0x3, buf=0x7f00, count=0x10) at 0x400100");
  }

  @Test
  void shouldNameTheSignalWhenThePrimaryGotOne() {
    assertThat(report(event(EventKind.SIGNAL, 10), call("write", SITE, ARGUMENTS)))
        .isEqualTo(
            """
            divergence at event 1 (thread 77)
              primary: signal 10
              replica: CALL write(fd=0x3, buf=0x7f00, count=0x10) at 0x400100""");
  }

  @Test
  void shouldSayWhereTheReplicaIsWhenItHasMadeNoCall() throws Exception {
    try (MemberOnChild on = new MemberOnChild()) {
      on.member.now.rip(0x400300);
      CallInFlight none = new CallInFlight(CallDigest.OF_ARGUMENTS, 0);
      assertThat(Divergence.report(write(), on.member, none, "START", group.history()))
          .isEqualTo(BEGIN + "  replica: START before its first call at 0x400300");
    }
  }
}
