package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A child of this process, by whose pid it is to know itself. */
@Timeout(60)
class CallIdentitiesTest {
  private static final int OWNER_PID = 1;
  private static final int SI_TKILL = -6;
  private static final int SI_TIMER = -2;

  private final long virtual = ProcessHandle.current().pid();
  private MemberOnChild on;
  private long real;
  private CallIdentities identities;

  @BeforeEach
  void start() throws Exception {
    on = new MemberOnChild();
    real = on.child.pid();
    identities = new CallIdentities(on.member);
  }

  @AfterEach
  void end() {
    on.close();
  }

  private CallInFlight prepared(String name, long... arguments) {
    CallInFlight call = MemberOnChild.call(name, arguments);
    identities.prepare(call);
    return call;
  }

  private long traced(String name, long... arguments) throws Exception {
    CallInFlight call = prepared(name, arguments);
    long result = on.execute(call);
    identities.show(call, result, null);
    return identities.given(call, result);
  }

  @Test
  void shouldTellTheVirtualPidWhenAsked() throws Exception {
    assertThat(traced("getpid")).isEqualTo(virtual);
    assertThat(traced("gettid")).isEqualTo(virtual);
    assertThat(traced("set_tid_address", 0)).isEqualTo(virtual);
    assertThat(traced("getppid"))
        .as("ftrun's own parent")
        .isEqualTo(ProcessHandle.current().parent().orElseThrow().pid());
  }

  @Test
  void shouldAskAboutTheRealProcessWhenItNamesItself() throws Exception {
    assertThat(prepared("kill", virtual, 0).asked[0]).isEqualTo(real);
    assertThat(prepared("kill", 0, 0).asked[0]).isZero();
    assertThat(prepared("kill", -1, 0).asked[0]).isEqualTo(-1);
    assertThat(prepared("tgkill", virtual, virtual, 0).asked).startsWith(real, real);
    assertThat(prepared("getpriority", 0, virtual).asked[1]).isEqualTo(real);
    assertThat(prepared("getpriority", 2, virtual).asked[1]).as("a user").isEqualTo(virtual);
    assertThat(prepared("ioprio_get", 1, virtual).asked[1]).isEqualTo(real);
    assertThat(prepared("fcntl", 0, 8, virtual).asked[2]).isEqualTo(real);
    assertThat(prepared("fcntl", 0, 4, virtual).asked[2]).as("F_SETFL").isEqualTo(virtual);
  }

  @Test
  void shouldLeadItsOwnGroupWhenItHasMadeASession() throws Exception {
    long group = on.member.inject(MemberOnChild.number("getpgrp"));
    assertThat(traced("getpgrp")).isEqualTo(group);
    assertThat(traced("setsid")).isEqualTo(virtual);
    assertThat(traced("getpgrp")).isEqualTo(virtual);
    assertThat(traced("getsid", 0)).isEqualTo(virtual);
    assertThat(traced("getpgid", virtual)).isEqualTo(virtual);
    assertThat(prepared("kill", -virtual, 0).asked[0]).isEqualTo(-real);
    assertThat(traced("kill", -virtual, 0)).isZero();
  }

  @Test
  void shouldLeadItsOwnGroupWhenItHasMadeOne() throws Exception {
    assertThat(traced("setpgid", 0, 0)).isZero();
    assertThat(traced("setpgid", 0, virtual)).as("again").isZero();
    long led = traced("getpgrp");
    assertThat(led).isEqualTo(virtual);
    assertThat(traced("getsid", 0)).isNotEqualTo(real);
  }

  @Test
  void shouldTranslateOwnersWhenTheyStandInMemory() throws Exception {
    on.put(0, OWNER_PID | virtual << 32);
    long descriptor = on.member.inject(MemberOnChild.number("socket"), 1, 1, 0);
    assertThat(traced("fcntl", descriptor, 15, on.room)).isZero();
    assertThat(on.get(on.room, 1)).as("as it was").containsExactly(OWNER_PID | virtual << 32);
    assertThat(on.member.inject(MemberOnChild.number("fcntl"), descriptor, 9)).isEqualTo(real);
    assertThat(traced("fcntl", descriptor, 9)).isEqualTo(virtual);
    assertThat(traced("fcntl", descriptor, 16, on.room + 64)).isZero();
    assertThat(on.get(on.room + 64, 1)).containsExactly(OWNER_PID | virtual << 32);
    assertThat(traced("fcntl", -1, 9)).isEqualTo(-Errno.EBADF);
  }

  @Test
  void shouldHaveTheVersionWrittenWhenCapgetRefusesIt() throws Exception {
    on.put(0, 0x1234 | virtual << 32);
    assertThat(traced("capget", on.room, 0)).isZero();
    assertThat(on.get(on.room, 1)).containsExactly(0x20080522 | virtual << 32);
  }

  @Test
  void shouldNameItsOwnFilesWhenItAsksByItsPid() throws Exception {
    on.putText(0, "/proc/" + virtual + "/exe");
    on.putText(64, "/proc/self/exe");
    long named = traced("readlink", on.room, on.room + 128, 512);
    long own = traced("readlink", on.room + 64, on.room + 1024, 512);
    assertThat(named).isPositive().isEqualTo(own);
    int words = (int) (own + 7) / 8;
    assertThat(on.get(on.room + 128, words)).isEqualTo(on.get(on.room + 1024, words));
  }

  @Test
  void shouldLookAtAPathWhenItEndsAtTheEndOfMemory() throws Exception {
    long end = MemberOnChild.ROOM_BYTES;
    String path = "/proc/" + virtual;
    on.putText(end - path.length() - 1, path);
    on.putText(0, "/");
    CallInFlight call = prepared("access", on.room + end - path.length() - 1, 0);
    byte[] asked =
        on.member
            .tracee
            .memory()
            .readBytes(new TraceeAddress(call.asked[0]), ("/proc/" + real).length());
    assertThat(new String(asked)).isEqualTo("/proc/" + real);
    assertThat(prepared("access", on.room, 0).asked[0]).isEqualTo(on.room);
    assertThat(prepared("access", 16, 0).asked[0]).isEqualTo(16);
  }

  @Test
  void shouldShowTheSenderOfASignalWhenThatIsTheServiceItself() {
    byte[] own = siginfo(Signal.SIGUSR1, SI_TKILL, real);
    assertThat(HeldSignals.senderOf(identities.shown(own))).isEqualTo((int) virtual);
    assertThat(HeldSignals.senderOf(own)).as("the kernel's").isEqualTo((int) real);
    byte[] timer = siginfo(Signal.SIGUSR1, SI_TIMER, real);
    assertThat(identities.shown(timer)).isSameAs(timer);
    byte[] other = siginfo(Signal.SIGUSR1, 0, 1);
    assertThat(identities.shown(other)).isEqualTo(other);
  }

  @Test
  void shouldBeSentByTheSuccessorWhenTheDeadHadSentItItself() {
    byte[] left = siginfo(Signal.SIGUSR1, SI_TKILL, 4711);
    byte[] inherited = HeldSignals.inherited(left, 4711, (int) real);
    assertThat(HeldSignals.senderOf(inherited)).isEqualTo((int) real);
    byte[] other = siginfo(Signal.SIGUSR1, 0, 1);
    assertThat(HeldSignals.inherited(other, 4711, (int) real)).isSameAs(other);
  }

  private static byte[] siginfo(int signal, int code, long sender) {
    byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
    ByteBuffer.wrap(siginfo)
        .order(ByteOrder.nativeOrder())
        .putInt(0, signal)
        .putInt(8, code)
        .putInt(16, (int) sender);
    return siginfo;
  }
}
