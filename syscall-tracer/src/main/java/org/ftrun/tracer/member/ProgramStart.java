package org.ftrun.tracer.member;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ftrun.eventlog.EventLogLayout;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.FastTable;
import org.ftrun.tracer.stub.StubArea;
import org.ftrun.tracer.stub.StubLayout;
import org.ftrun.tracer.stub.StubRegion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new program at its first instruction: maps the stub and the event log into it, hides the vDSO,
 * imposes interception, and has a replica seeded.
 */
final class ProgramStart {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramStart.class);
  private static final int READ_WRITE = 3;
  private static final int READ_EXECUTE = 5;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MAP_FIXED_NOREPLACE = 0x100000;
  private static final byte[] SYSCALL_AND_TRAP = {0x0f, 0x05, (byte) 0xcc};
  private static final long AT_SYSINFO_EHDR = 33;
  private static final long AT_IGNORE = 1;
  private static final long AT_NULL = 0;
  private static final int AUXV_LIMIT = 100;
  private static final int POINTER_LIMIT = 10_000_000;

  private static byte[] compiled;

  private final MemberThread member;
  private final GroupLink group;
  private final Registers service = new Registers();

  /** The cores that the process was given. */
  private Affinity affinity;

  /** Whether stub and log are mapped, through which what was imposed can be undone. */
  private boolean installed;

  ProgramStart(MemberThread member, GroupLink group) {
    this.member = member;
    this.group = group;
  }

  /**
   * Called at the exec event.
   *
   * @return the role to go on with
   */
  Role protect(PrimaryRole primary) throws TraceeDiedException {
    finishExec();
    affinity = member.thread() == null ? Affinity.of(member.pid()) : member.thread().affinity;
    if (affinity == null) {
      throw TraceeDiedException.INSTANCE;
    }
    if (group.primaryCpu() >= 0) {
      Affinity.ofCore(group.primaryCpu()).give(member.pid());
    }
    member.tracee.readRegisters(service);
    try {
      return prepare(primary);
    } catch (RuntimeException | Error e) {
      LOG.error("internal error at the start of a program", e);
      return giveUp(primary, "internal error: " + e);
    }
  }

  private Role prepare(PrimaryRole primary) throws TraceeDiedException {
    if (!service.isLongMode()) {
      return giveUp(primary, "the program is a 32-bit executable");
    }
    String refusal = install();
    if (refusal != null) {
      return giveUp(primary, refusal);
    }
    installed = true;
    hideVdso();
    TimeStampUse.atStart(member);
    prepareArea();
    primary.first().startsAt(service);
    member.lifeline.tellActions();
    member.lifeline.tellHidden();
    member.lifeline.install();
    refusal = Confinement.impose(member);
    if (refusal != null) {
      return giveUp(primary, refusal);
    }
    Role next = primary.standingAt(service).protection.seed();
    if (next != null) {
      group.serving(null);
      return next;
    }
    member.tracee.writeRegisters(service);
    group.serving(primary);
    member.tracee.resume(0);
    return primary;
  }

  /** execve has yet to return, and would overwrite rax: on to its end. */
  private void finishExec() throws TraceeDiedException {
    member.tracee.resumeToSyscall();
    while (true) {
      Stop stop = member.tracee.await();
      if (stop.kind() == StopKind.SYSCALL) {
        return;
      }
      if (stop.kind() == StopKind.EXITING
          || stop.kind() == StopKind.KILLED
          || stop.kind() == StopKind.EXITED
          || stop.kind() == StopKind.GONE) {
        member.tracee.unread();
        throw TraceeDiedException.INSTANCE;
      }
      if (stop.kind() == StopKind.SIGNAL) {
        byte[] siginfo = new byte[HeldSignals.SIGINFO_BYTES];
        member.tracee.readSiginfo(stop.signal(), siginfo);
        member.held.add(siginfo);
      }
      if (stop.kind() != StopKind.NONE) {
        member.tracee.resumeToSyscall();
      }
    }
  }

  /** The program runs natively, from its first instruction on. */
  private Role giveUp(PrimaryRole primary, String reason) throws TraceeDiedException {
    if (!installed) {
      return unprotectable(reason);
    }
    Role next = primary.standingAt(service).protection.end(reason);
    group.serving(null);
    return next;
  }

  private Role unprotectable(String reason) throws TraceeDiedException {
    group.dropReplica(reason);
    member.tracee.writeRegisters(service);
    while (!member.held.isEmpty()) {
      byte[] siginfo = member.held.take();
      LOG.warn("signal {} came within exec and is sent again", HeldSignals.signalOf(siginfo));
      org.ftrun.tracer.libc.Libc.call(62, member.pid(), HeldSignals.signalOf(siginfo));
    }
    affinity.give(member.pid());
    member.tracee.detach(0);
    group.unprotected(reason);
    group.serving(null);
    return new NativeRole(member, group);
  }

  /** Maps stub and log with calls made from the program's own first page, put back afterwards. */
  private String install() throws TraceeDiedException {
    long total = StubLayout.REGION_BYTES + group.log().layout().totalBytes();
    long base = MappingsOf.process(member.pid()).roomNear(service.rip(), total);
    if (base == 0) {
      return "there is no room for the stub near the program";
    }
    TraceeAddress entry = new TraceeAddress(service.rip());
    byte[] original = member.tracee.memory().readBytes(entry, SYSCALL_AND_TRAP.length);
    if (!member.tracee.memory().forceWrite(entry, SYSCALL_AND_TRAP)) {
      throw TraceeDiedException.INSTANCE;
    }
    try {
      return map(entry.value(), base);
    } finally {
      if (!member.tracee.memory().forceWrite(entry, original)) {
        LOG.debug("the program died while the stub was being mapped");
      }
    }
  }

  private String map(long entry, long base) throws TraceeDiedException {
    long stub =
        member.injected.call(
            entry,
            SyscallNumber.MMAP,
            base,
            StubLayout.REGION_BYTES,
            READ_WRITE,
            MAP_PRIVATE_ANONYMOUS | MAP_FIXED_NOREPLACE,
            -1,
            0);
    if (stub != base) {
      return "the stub cannot be mapped: errno " + -stub;
    }
    StubRegion region = new StubRegion(new TraceeAddress(base));
    long log = base + StubLayout.REGION_BYTES;
    ProcessModel before = member.model();
    ThreadModel threadBefore = member.thread();
    int id = member.ids.pid();
    member.setModel(
        new ProcessModel(region, new TraceeAddress(log), inheritedActions(before)),
        new ThreadModel(id, ThreadRoom.first(region)));
    member.model().cpuidTrapped = true;
    if (before != null) {
      member.model().inheritAcrossExec(before);
    }
    member.thread().hiddenMask =
        takeOwnedSignals() | (before == null ? 0 : threadBefore.hiddenMask);
    member.tracee.memory().writeBytes(region.base(), StubLayout.image());
    FastPathOptions options = group.fastPath();
    if (options.on()) {
      member
          .tracee
          .memory()
          .writeBytes(region.base().plus(StubLayout.TABLE), table(options, group));
    }
    long result =
        member.injected.call(
            entry,
            SyscallNumber.MPROTECT,
            base,
            StubLayout.TEXT_BYTES + StubLayout.TABLE_BYTES,
            READ_EXECUTE);
    if (result == 0) {
      result =
          member.injected.call(
              entry,
              SyscallNumber.MPROTECT,
              region.trampolines().value(),
              StubLayout.TRAMPOLINES_BYTES,
              READ_EXECUTE);
    }
    if (result != 0) {
      return "the stub cannot be made executable: errno " + -result;
    }
    return new LogMapping(member, group).map(log);
  }

  /** The table is the same for every program. */
  private static synchronized byte[] table(FastPathOptions options, GroupLink group) {
    if (compiled == null) {
      compiled = FastTable.compile(options.details(), group.comparesWrittenBytes());
    }
    return compiled;
  }

  private void prepareArea() throws TraceeDiedException {
    ProcessModel model = member.model();
    FastPathOptions options = group.fastPath();
    EventLogLayout layout = group.log().layout();
    ByteBuffer area =
        StubArea.initial(
            model.stub,
            member.room().area().value(),
            model.log.value(),
            layout,
            EventRecorder.largestPiece(layout),
            options.spins(),
            options.yields(),
            options.sleepNanos());
    model.clock = options.on() && !model.timeStampTrapped ? VdsoClock.find(member) : 0;
    area.putLong(StubArea.CLOCK, model.clock);
    area.putInt(StubArea.THREAD, member.thread().id);
    area.putInt(StubArea.PID, member.ids.pid());
    area.putInt(StubArea.PARENT, member.ids.parent());
    area.putLong(StubArea.SIGNALS, model.signalDescriptors);
    area.putInt(StubArea.TIMES, model.timesSockets ? 1 : 0);
    if (member.tracee.memory().write(member.room().area(), area) != StubArea.BYTES) {
      throw TraceeDiedException.INSTANCE;
    }
    AffinityCalls.give(member, affinity);
    Patching.tellRoom(member, 0, model.stub.trampolines().value());
    model.fences().tellStub(member);
    service.gsBase(member.room().area().value());
    model.fastPath = options.on();
    member.fastPath.inheritNoRequest();
  }

  /** Signals inherited as ignored; handlers do not survive exec. */
  private SignalActions inheritedActions(ProcessModel before) {
    long ignored = before == null ? 0 : before.actions.ignoredOwned();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + member.pid() + "/status"))) {
        if (line.startsWith("SigIgn:")) {
          ignored |= Long.parseUnsignedLong(line.substring(7).trim(), 16);
        }
      }
    } catch (IOException e) {
      LOG.debug("the program died at its start");
    }
    return SignalActions.afterExec(ignored);
  }

  private long takeOwnedSignals() throws TraceeDiedException {
    long mask = member.tracee.signalMask();
    long hidden = mask & SignalActions.OWNED;
    if (hidden != 0) {
      member.tracee.setSignalMask(mask & ~SignalActions.OWNED);
    }
    return hidden;
  }

  /** Clocks must be read by system calls: the loader must not find the vDSO in its auxv. */
  private void hideVdso() throws TraceeDiedException {
    TraceeAddress at = new TraceeAddress(service.rsp());
    long argc = member.tracee.memory().readLong(at);
    if (argc < 0 || argc > POINTER_LIMIT) {
      LOG.warn("the initial stack is not as expected: argc {}", argc);
      return;
    }
    at = at.plus(8 * (argc + 2));
    for (int i = 0; i < POINTER_LIMIT && member.tracee.memory().readLong(at) != 0; i++) {
      at = at.plus(8);
    }
    at = at.plus(8);
    for (int i = 0; i < AUXV_LIMIT; i++, at = at.plus(16)) {
      long type = member.tracee.memory().readLong(at);
      if (type == AT_SYSINFO_EHDR) {
        member.tracee.memory().writeLong(at, AT_IGNORE);
      }
      if (type == AT_NULL) {
        return;
      }
    }
  }
}
