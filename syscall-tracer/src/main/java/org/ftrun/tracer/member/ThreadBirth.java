package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.StopKind;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.Tracees;
import org.ftrun.tracer.stub.StubArea;

/**
 * How a thread of the service comes to be: both members make the clone themselves, each in its own
 * process, and the kernel attaches the newborn to the tracer that traces its parent. It is given a
 * room and what a clone does not inherit, and waits for its first turn.
 */
final class ThreadBirth {
  private static final int READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MAP_FIXED_NOREPLACE = 0x10_0000;
  private static final long CLONE_PARENT_SETTID = 0x0010_0000;
  private static final long CLONE_CHILD_CLEARTID = 0x0020_0000;
  private static final long CLONE_UNTRACED = 0x0080_0000;
  private static final long CLONE_CHILD_SETTID = 0x0100_0000;
  private static final int STACK_ARGUMENT = 1;
  private static final int PARENT_TID_ARGUMENT = 2;
  private static final int CHILD_TID_ARGUMENT = 3;

  private final MemberThread parent;
  private final CallInFlight call;
  private ThreadRoom room;

  ThreadBirth(MemberThread parent, CallInFlight call) {
    this.parent = parent;
    this.call = call;
  }

  /**
   * Before the clone: chooses the room, and has the kernel not keep the newborn from its tracer.
   * The registers are to be written afterwards.
   *
   * @param chunk where the primary has mapped rooms, if that is needed; 0: wherever the kernel
   *     likes
   * @return where the room is, or {@code -errno}
   */
  long prepare(long chunk) throws TraceeDiedException {
    ThreadRooms rooms = parent.model().rooms();
    if (rooms.isEmpty()) {
      long flags = MAP_PRIVATE_ANONYMOUS | (chunk == 0 ? 0 : MAP_FIXED_NOREPLACE);
      long start =
          parent.inject(
              SyscallNumber.MMAP, chunk, ThreadRooms.CHUNK_BYTES, READ_WRITE, flags, -1, 0);
      if (start < 0 && start > -4096) {
        return start;
      }
      rooms.addChunk(start);
    }
    room = rooms.next();
    call.asked[0] &= ~CLONE_UNTRACED;
    return room.base().value();
  }

  /**
   * The clone has returned in the parent, which stands still.
   *
   * @param tid the kernel's id of the newborn
   * @param id its id in events, which the service takes for its thread id
   * @param tracees those of the parent's tracer, or null if stops are awaited one by one
   * @return the newborn; it stands still, its registers still to be written
   */
  MemberThread born(int tid, int id, Tracees tracees) throws TraceeDiedException {
    Tracee tracee = Tracee.born(tid);
    if (tracees == null || !tracees.hasStoppedEarly(tid)) {
      awaitFirstStop(tracee);
    }
    // Should ftrun die before the newborn runs, the stub has it go on: by what it stops for.
    tracee.treatStopsLike(parent.tracee);
    parent.model().rooms().take();
    ThreadModel model = new ThreadModel(id, room);
    model.hiddenMask = parent.thread().hiddenMask;
    model.affinity = parent.thread().affinity;
    long flags = call.arguments[0];
    if ((flags & CLONE_CHILD_CLEARTID) != 0) {
      model.tidAddress = call.arguments[CHILD_TID_ARGUMENT];
    }
    if ((flags & CLONE_PARENT_SETTID) != 0) {
      writeId(call.arguments[PARENT_TID_ARGUMENT], id);
    }
    if ((flags & CLONE_CHILD_SETTID) != 0) {
      writeId(call.arguments[CHILD_TID_ARGUMENT], id);
    }
    parent.ids.add(id, tid);
    MemberThread newborn = new MemberThread(tracee, parent.model(), parent.ids, model);
    newborn.join(parent);
    if (parent.threads().all().size() == 2) {
      parent.lifeline.tellSeveral();
    }
    copyArea(model);
    String refusal = Confinement.impose(newborn);
    if (refusal != null) {
      throw new IllegalStateException(refusal);
    }
    return newborn;
  }

  /** Registers with which the newborn begins: behind the call, which returns 0 to it. */
  Registers start(MemberThread newborn) throws TraceeDiedException {
    Registers current = new Registers();
    newborn.tracee.readRegisters(current);
    Registers start = call.atSite.copy();
    newborn.afterCall(start, current, 0);
    if (call.arguments[STACK_ARGUMENT] != 0) {
      start.rsp(call.arguments[STACK_ARGUMENT]);
    }
    return start.gsBase(room.area().value());
  }

  private void writeId(long address, int id) {
    ByteBuffer word = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
    word.putInt(0, id);
    parent.tracee.memory().write(new TraceeAddress(address), word);
  }

  private void copyArea(ThreadModel model) throws TraceeDiedException {
    ByteBuffer area = ByteBuffer.allocateDirect(StubArea.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (parent.tracee.memory().read(parent.room().area(), area) != StubArea.BYTES) {
      throw TraceeDiedException.INSTANCE;
    }
    StubArea.moveTo(area, model.room.area().value(), model.id);
    if (parent.tracee.memory().write(model.room.area(), area) != StubArea.BYTES) {
      throw TraceeDiedException.INSTANCE;
    }
  }

  /** The kernel reports a thread that it has attached by a stop before its first instruction. */
  static void awaitFirstStop(Tracee tracee) throws TraceeDiedException {
    while (true) {
      Stop stop = tracee.await();
      if (stop.kind() == StopKind.TRAP) {
        return;
      }
      if (stop.kind() != StopKind.NONE) {
        // Killed before anybody has taken it over: nobody else sees it through its exit event.
        tracee.resume(0);
        throw TraceeDiedException.INSTANCE;
      }
    }
  }
}
