package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ftrun.eventlog.EventLog;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.libc.NativeMemory;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The event log in a real child, brought by a courier. */
@Timeout(60)
class LogMappingTest {
  private static final int RLIMIT_NOFILE = 7;

  @TempDir private Path directory;
  private MemberOnChild on;
  private EventLog log;
  private GroupLink group;
  private long address;

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
    Path file = directory.resolve("log");
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      log = EventLog.create(opened.getChannel(), EventLogLayout.ofPayload(1 << 20));
    }
    group = groupWithLogAt(file);
    long bytes = log.layout().totalBytes();
    address = MappingsOf.process(on.child.pid()).roomNear(on.text, bytes);
  }

  @AfterEach
  void end() {
    on.close();
    log.close();
  }

  private GroupLink groupWithLogAt(Path file) {
    return (GroupLink)
        Proxy.newProxyInstance(
            GroupLink.class.getClassLoader(),
            new Class<?>[] {GroupLink.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "log" -> log;
                  case "logPath" -> file.toString();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void shouldMapTheLogAndLeaveNothingElse() throws Exception {
    List<String> descriptors = descriptors();
    Registers before = new Registers();
    on.member.tracee.readRegisters(before);

    assertThat(new LogMapping(on.member, group).map(address)).isNull();

    assertLogIsMapped();
    assertThat(descriptors()).isEqualTo(descriptors);
    assertThat(on.get(on.member.room().scratch().value(), 20)).containsOnly(0);
    assertThat(on.member.held.isEmpty()).isTrue();
    on.member.tracee.writeRegisters(before);
    on.member.tracee.resume(0);
    on.child.signal(Signal.SIGUSR1);
    assertThat(on.member.tracee.await().signal()).isEqualTo(Signal.SIGUSR1);
  }

  @Test
  void shouldMapTheLogWhenNoDescriptorIsFreeAndNothingIsAllowed() throws Exception {
    NativeMemory limit = NativeMemory.allocate(16);
    limit.buffer().putLong(0, 3).putLong(8, 3); // 0 to 2 are open
    int prlimit = MemberOnChild.number("prlimit64");
    assertThat(Libc.call(prlimit, on.child.pid(), RLIMIT_NOFILE, limit.address(), 0)).isZero();
    assertThat(on.member.inject(MemberOnChild.number("dup"), 0)).as("dup").isNegative();
    assertThat(on.member.inject(MemberOnChild.number("setuid"), 65534)).isZero();

    assertThat(new LogMapping(on.member, group).map(address)).isNull();

    assertLogIsMapped();
  }

  @Test
  void shouldSayWhyWhenTheLogCannotBeMapped() throws Exception {
    assertThat(new LogMapping(on.member, group).map(on.room))
        .isEqualTo("the event log cannot be mapped into the service: File exists");
    GroupLink other = groupWithLogAt(directory.resolve("missing"));
    assertThat(new LogMapping(on.member, other).map(address))
        .isEqualTo(
            "the event log cannot be passed to the service: open: No such file or directory");
    assertThat(MappingsOf.process(on.child.pid()).all())
        .noneMatch(mapping -> mapping.start() == address);
  }

  @Test
  void shouldFindTheServiceDeadWhenItWasKilled() {
    on.child.signal(Signal.SIGKILL);
    assertThatThrownBy(() -> new LogMapping(on.member, group).map(address))
        .isSameAs(TraceeDiedException.INSTANCE);
  }

  private void assertLogIsMapped() throws Exception {
    assertThat(MappingsOf.process(on.child.pid()).all())
        .anyMatch(
            mapping ->
                mapping.start() == address
                    && mapping.end() == address + log.layout().totalBytes()
                    && mapping.isShared()
                    && mapping.isWritable());
    String children =
        Files.readString(
            Path.of("/proc/self/task/" + Libc.call(MemberOnChild.number("gettid")) + "/children"));
    assertThat(children.trim()).as("couriers are reaped").isEqualTo("" + on.child.pid());
  }

  private List<String> descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + on.child.pid() + "/fd"))) {
      return open.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
