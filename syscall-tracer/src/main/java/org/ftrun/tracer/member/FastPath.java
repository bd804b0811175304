package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.patch.SitePatch;
import org.ftrun.tracer.patch.Trampoline;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.FastTable;
import org.ftrun.tracer.stub.StubArea;
import org.ftrun.tracer.stub.StubLayout;

/**
 * The tracer's side of one member's fast path: has sites patched, tells the stub what to do, and
 * finds out where in the stub a stopped thread is. All of it does nothing in a process without.
 */
final class FastPath {
  private static final int STOP_NOT = 0;
  private static final int STOP_NOW = 1;
  private static final int STOP_WHEN_CONSUMED = 2;

  /** The vDSO's code is one or two pages; its neighbours are the kernel's too. */
  private static final int VDSO_REACH = 4096;

  private final MemberThread member;
  private final Patching patching;
  private final ByteBuffer area =
      ByteBuffer.allocateDirect(StubArea.BYTES).order(ByteOrder.nativeOrder());
  private final ByteBuffer word = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
  private int requested;

  FastPath(MemberThread member) {
    this.member = member;
    this.patching = new Patching(member);
  }

  /** Whether the process's calls may take the fast path. */
  boolean isOn() {
    return member.model() != null && member.model().fastPath;
  }

  /** Tells the stub what to do with calls from the next one on. */
  void setMode(StubArea.Mode mode) {
    if (isOn()) {
      putInt(StubArea.MODE, mode.ordinal());
    }
  }

  /** The process is a clone, whose page tables have of the log only what it has read itself. */
  void forgetPages() {
    if (isOn()) {
      putLong(StubArea.PRESENT, 0);
    }
  }

  /** The member serves from now on: its parent in the service's eyes may be another. */
  void tellParent() {
    if (isOn()) {
      int parent = member.ids.parent();
      member.threads().all().forEach(thread -> thread.fastPath.putInt(StubArea.PARENT, parent));
    }
  }

  /** The stub leaves reads of descriptors that may be signalfds to the tracer. */
  void tellSignalDescriptors() {
    if (isOn()) {
      long descriptors = member.model().signalDescriptors;
      member
          .threads()
          .all()
          .forEach(thread -> thread.fastPath.putLong(StubArea.SIGNALS, descriptors));
    }
  }

  /** Some socket has a time-out: from now on the stub notes when a call that may wait begins. */
  void timeSockets() {
    if (isOn()) {
      member.threads().all().forEach(thread -> thread.fastPath.putInt(StubArea.TIMES, 1));
    }
  }

  /** Clocks are read by system calls from now on. */
  void forgetClock() {
    if (isOn()) {
      member.threads().all().forEach(thread -> thread.fastPath.putLong(StubArea.CLOCK, 0));
    }
  }

  /** The thread shall stop at its next call, or before the one that it is about to make. */
  void requestStop() {
    request(STOP_NOW);
  }

  /** A replica shall stop where it would wait for an event that is not there yet. */
  void requestStopWhenConsumed() {
    if (requested != STOP_NOW) {
      request(STOP_WHEN_CONSUMED);
    }
  }

  /** Whether the thread is to stop at its next call. */
  boolean isStopRequested() {
    return requested == STOP_NOW;
  }

  /** The call that the stub has on its stack is the tracer's from now on. */
  void leaveStub() {
    putLong(StubArea.INSIDE, 0);
  }

  /** Nothing is left for which the thread would have to stop. */
  void clearStop() {
    request(STOP_NOT);
  }

  /** A clone's area is a copy of its parent's, which may have been asked to stop. */
  void inheritNoRequest() {
    requested = STOP_NOW;
    clearStop();
  }

  private void request(int stop) {
    if (isOn() && requested != stop) {
      requested = stop;
      putInt(StubArea.STOP, stop);
    }
  }

  private void putInt(int offset, int value) {
    word.clear().limit(4);
    word.putInt(0, value);
    member.tracee.memory().write(member.room().area().plus(offset), word);
  }

  private void putLong(int offset, long value) {
    word.clear();
    word.putLong(0, value);
    member.tracee.memory().write(member.room().area().plus(offset), word);
  }

  /**
   * Whether a thread that is not executing a call for us is inside the fast path: in the stub, or
   * in a trampoline on its way there or back. Its registers are not the service's then.
   */
  boolean isInside(long rip) {
    if (!isOn()) {
      return false;
    }
    if (member.model().stub.isInFastPath(rip) || isInClock(rip)) {
      return true;
    }
    SitePatch patch = member.model().patches.ofTrampoline(rip);
    if (patch == null) {
      return false;
    }
    long offset = rip - patch.trampoline();
    return offset < patch.displaced() || offset == Trampoline.SLOW;
  }

  /**
   * Whether an intercepted call is one of the vDSO's, which the stub has called: of the clock that
   * it is to read the kernel knows only by a system call, or does so from now on.
   */
  boolean isOfClock(Registers stopped) {
    return isOn() && isInClock(stopped.rip());
  }

  /**
   * The vDSO's call fails, upon which the stub asks the kernel itself, now and from now on.
   *
   * @param stopped registers of the thread, which are written
   */
  void refuseClock(Registers stopped) throws TraceeDiedException {
    forgetClock();
    stopped.rax(-Errno.ENOSYS).originalRax(-1);
    member.tracee.writeRegisters(stopped);
  }

  /** The vDSO is hidden from the service: only the stub calls it. */
  private boolean isInClock(long rip) {
    long clock = member.model().clock;
    return clock != 0 && rip >= clock - VDSO_REACH && rip < clock + VDSO_REACH;
  }

  /** The registers of a SIGSYS stop in a trampoline become those of one at the site. */
  void toSite(Registers stopped) {
    if (!isOn()) {
      return;
    }
    SitePatch patch = member.model().patches.ofTrampoline(stopped.rip());
    if (patch != null && stopped.rip() == patch.trampoline() + Trampoline.SLOW + 2) {
      stopped.rip(patch.site() + 2);
    }
  }

  /**
   * A thread inside the fast path shall come to its next boundary: if it is past the look at the
   * request, it is put back to it.
   *
   * @param stopped its registers, which are written
   */
  void sendToBoundary(Registers stopped) throws TraceeDiedException {
    requestStop();
    if (member.model().stub.isPastCheck(stopped.rip())) {
      stopped.rip(member.model().stub.at(StubLayout.CHECK)).originalRax(-1);
      member.tracee.writeRegisters(stopped);
    }
  }

  /**
   * A thread that sleeps in the stub until the next event shall look at once, and not, as the
   * kernel would have it, sleep for the rest of its time.
   *
   * @param stopped its registers, which are written
   */
  void endSleep(Registers stopped) throws TraceeDiedException {
    if (isOn()
        && member.model().stub.isInFastPath(stopped.rip())
        && stopped.originalRax() >= 0
        && stopped.rax() == -Errno.ERESTART_RESTARTBLOCK) {
      stopped.rax(-Errno.EINTR).originalRax(-1);
      member.tracee.writeRegisters(stopped);
    }
  }

  /** A copy of the stub's met a fault of the service's memory: the call ends with EFAULT. */
  boolean endCopy(Registers stopped) throws TraceeDiedException {
    if (member.model() == null || !member.model().stub.isCopying(stopped.rip())) {
      return false;
    }
    stopped.rip(member.model().stub.at(StubLayout.COPY_FAULT)).originalRax(-1);
    member.tracee.writeRegisters(stopped);
    return true;
  }

  /** A replica begins where the log's cursor is at its birth: nothing seen before counts. */
  void forgetSeen() {
    if (isOn()) {
      putLong(StubArea.SEEN, -1);
    }
  }

  /** Reads the area; the getters below refer to it. False if the memory is gone. */
  boolean readArea() {
    area.clear();
    return member.tracee.memory().read(member.room().area(), area) == StubArea.BYTES;
  }

  /** CLOCK_MONOTONIC at the begin of the call under way, or 0. */
  long began() {
    return area.getLong(StubArea.BEGAN);
  }

  /** Bytes that the kernel may write into the log, -1 or {@link StubArea#DRAFTED}. */
  long redirected() {
    return area.getLong(StubArea.REDIRECTED);
  }

  /** Whether the stub has left the call to the tracer because the log is full; told once. */
  boolean foundLogFull() {
    boolean full = isOn() && readArea() && redirected() == StubArea.LOG_FULL;
    if (full) {
      putLong(StubArea.REDIRECTED, -1);
    }
    return full;
  }

  /** The registers of the service as they would be at a SIGSYS stop of its call's site. */
  void serviceRegisters(Registers stopped, Registers into) {
    into.copyFrom(stopped);
    into.rax(area.getLong(StubArea.FRAME));
    for (int i = 0; i < 6; i++) {
      into.argument(i, area.getLong(StubArea.FRAME + 8 + 8 * i));
    }
    int saved = StubArea.FRAME_RBX;
    into.preserved(
        area.getLong(saved),
        area.getLong(saved + 8),
        area.getLong(saved + 16),
        area.getLong(saved + 24),
        area.getLong(saved + 32),
        area.getLong(saved + 40));
    into.flags(area.getLong(StubArea.FRAME_FLAGS));
    into.rsp(area.getLong(StubArea.APPLICATION_STACK));
    into.clobbered(MemberThread.RCX_AFTER_CALL, MemberThread.R11_AFTER_CALL);
    SitePatch patch = member.model().patches.ofTrampoline(area.getLong(StubArea.FRAME_TRAMPOLINE));
    if (patch == null) {
      throw new IllegalStateException("a thread is in the fast path without a trampoline");
    }
    into.rip(patch.site() + 2).originalRax(-1);
  }

  /** At a site that has trapped: patches it if it can be. The same in both members. */
  void patch(CallInFlight call) throws TraceeDiedException {
    if (isOn() && FastTable.isFast(call.row)) {
      patching.patch(call);
    }
  }

  /** Where the code at an address stands now, since it may have been displaced. */
  long moved(long address) {
    return isOn() ? member.model().patches.moved(address) : address;
  }

  /** The memory of [address, address + bytes) is about to change: patches there are put back. */
  void unpatch(long address, long bytes) {
    if (isOn()) {
      patching.unpatch(address, bytes);
    }
  }

  /** The memory of [address, address + bytes) may be patched from now on. */
  void lookAgain(long address, long bytes) {
    if (isOn()) {
      patching.lookAgain(address, bytes);
    }
  }

  /**
   * The process is about to run natively, and goes on under the pid by which it knows itself.
   *
   * @param services where its threads go on; changed
   */
  void keepIds(List<Registers> services) {
    new IdsAfterwards(member, patching).keep(services);
  }

  /** Takes the process off the fast path for good. */
  void remove() throws TraceeDiedException {
    if (!isOn()) {
      return;
    }
    setMode(StubArea.Mode.SLOW);
    patching.unpatchAll();
    member.model().fastPath = false;
  }
}
