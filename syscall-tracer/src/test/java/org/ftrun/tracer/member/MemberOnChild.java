package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TracedChild;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.stub.StubRegion;
import org.ftrun.tracer.syscall.SyscallTable;

/** A member that is a real, stopped child with the stub in it and some room for test data. */
final class MemberOnChild implements AutoCloseable {
  static final int ROOM_BYTES = 2 * 4096;
  static final int PRIVATE_ANONYMOUS = 0x22;
  static final int SHARED_ANONYMOUS = 0x21;
  static final int READ_WRITE = 3;
  static final int READ_EXECUTE = 5;

  /** PTRACE_O_TRACESYSGOOD. */
  static final int TRACE_SYSGOOD = 1;

  private static final byte[] CALL_AND_TRAP = {0x0f, 0x05, (byte) 0xcc};

  final TracedChild child;

  /** Where its text begins. */
  final long text;

  final MemberThread member;

  /** Memory that it may read and write, zeroed. */
  final long room;

  MemberOnChild() throws TraceeDiedException {
    this(TracedChild.asleep(TRACE_SYSGOOD));
  }

  /** On a running child, which is closed with this. */
  MemberOnChild(TracedChild running) throws TraceeDiedException {
    child = running;
    boolean whole = false;
    try {
      child.stop();
      text =
          MappingsOf.process(child.pid()).all().stream()
              .filter(mapping -> mapping.isExecutable() && mapping.inode() != 0)
              .findFirst()
              .orElseThrow()
              .start();
      Registers before = new Registers();
      child.tracee().readRegisters(before);
      TraceeAddress start = new TraceeAddress(text);
      byte[] code = child.tracee().memory().readBytes(start, CALL_AND_TRAP.length);
      assertThat(child.tracee().memory().forceWrite(start, CALL_AND_TRAP)).isTrue();
      InjectedCall bare = new InjectedCall(child.tracee(), new HeldSignals());
      long stub = map(bare, StubLayout.REGION_BYTES);
      room = map(bare, ROOM_BYTES);
      child.tracee().memory().writeBytes(new TraceeAddress(stub), StubLayout.image());
      assertThat(bare.call(text, number("mprotect"), stub, StubLayout.TEXT_BYTES, READ_EXECUTE))
          .isZero();
      assertThat(child.tracee().memory().forceWrite(start, code)).isTrue();
      child.tracee().writeRegisters(before);
      member =
          new MemberThread(
              child.tracee(),
              new ProcessModel(
                  new StubRegion(new TraceeAddress(stub)),
                  new TraceeAddress(0),
                  new SignalActions()),
              VirtualIds.ofRoot(child.pid()),
              new ThreadModel(
                  VirtualIds.ofRoot(child.pid()).pid(),
                  ThreadRoom.first(new StubRegion(new TraceeAddress(stub)))));
      whole = true;
    } finally {
      if (!whole) {
        child.close();
      }
    }
  }

  private long map(InjectedCall bare, long bytes) throws TraceeDiedException {
    long address = bare.call(text, number("mmap"), 0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    assertThat(address).isPositive();
    return address;
  }

  static int number(String name) {
    return SyscallTable.named(name).number();
  }

  /** A call as its SIGSYS stop would show it. */
  static CallInFlight call(String name, long... arguments) {
    CallInFlight call = new CallInFlight(CallDigest.OF_ARGUMENTS, 0);
    call.begin(new Registers().rax(number(name)).arguments(arguments).rip(0x40_0002), 0);
    return call;
  }

  /** Executes what is asked of the kernel. */
  long execute(CallInFlight call) throws TraceeDiedException {
    return member.inject(call.row.number(), call.asked);
  }

  MemberOnChild put(long offset, long... words) {
    for (int i = 0; i < words.length; i++) {
      assertThat(
              child
                  .tracee()
                  .memory()
                  .writeLong(new TraceeAddress(room + offset + i * 8L), words[i]))
          .isTrue();
    }
    return this;
  }

  long[] get(long address, int words) throws TraceeDiedException {
    long[] values = new long[words];
    for (int i = 0; i < words; i++) {
      values[i] = child.tracee().memory().readLong(new TraceeAddress(address + i * 8L));
    }
    return values;
  }

  void putText(long offset, String line) {
    byte[] bytes = (line + "\0").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(child.tracee().memory().writeBytes(new TraceeAddress(room + offset), bytes))
        .isTrue();
  }

  @Override
  public void close() {
    child.close();
  }
}
