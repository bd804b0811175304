package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a child of the primary becomes a member as well: its copy is made before it runs, and joins
 * the replica where the replica's process comes to the same birth. It waits for its first turn.
 */
final class MemberBirth {
  private static final Logger LOG = LoggerFactory.getLogger(MemberBirth.class);
  private static final long CHILD_CLEARTID = 0x0020_0000;
  private static final long CHILD_SETTID = 0x0100_0000;
  private static final int CHILD_TID_ARGUMENT = 3;
  private static final String CLONE = "clone";

  private final PrimaryThread parent;
  private final MemberThread member;
  private final CallInFlight call;

  /** The registers with which the child begins. */
  private Registers start;

  MemberBirth(PrimaryThread parent) {
    this.parent = parent;
    this.member = parent.member;
    this.call = parent.call;
  }

  /**
   * The kernel has made the child, which stands at its first stop; its parent stands at the event.
   *
   * @param tracee the child
   * @param pid the kernel's id of it
   */
  void born(Tracee tracee, int pid) throws TraceeDiedException {
    parent.role.turn.take(parent);
    MemberThread child = bear(tracee, pid);
    if (parent.recorder.isRecording()) {
      copy(child, start);
    }
    parent.role.add(child).standing.born(start);
    LOG.debug("process {} of the service is a member", child.ids.pid());
  }

  /**
   * As {@link #born}, of a child of which it is to be found out whether it becomes a member; it
   * runs, its parent stands until then.
   */
  void onProbation(Tracee tracee, int pid, ChildBirth birth) throws TraceeDiedException {
    parent.role.turn.release(parent);
    MemberThread child = bear(tracee, pid);
    child.threads().setOnProbation(true);
    PrimaryThread thread = parent.role.add(child);
    thread.probation = new Probation(thread, birth);
    thread.probation.begin(start);
  }

  private MemberThread bear(Tracee tracee, int pid) throws TraceeDiedException {
    // Should ftrun die before the newborn runs, the stub has it go on: by what it stops for.
    tracee.treatStopsLike(member.tracee);
    int id = member.ids.free(pid);
    ThreadModel thread = member.thread().ofChild(id);
    MemberThread child =
        new MemberThread(
            tracee, member.model().ofChild(roomsOfOthers()), member.ids.ofChild(id, pid), thread);
    register(child, id);
    start = start(child);
    child.lifeline.attach(
        new CallInFlight(CallDigest.of(child, parent.group), child.ids.pid()), () -> start);
    prepareArea(child);
    String refusal = Confinement.impose(child);
    if (refusal != null) {
      throw new IllegalStateException(refusal);
    }
    return child;
  }

  private List<ThreadRoom> roomsOfOthers() {
    List<ThreadRoom> rooms = new ArrayList<>();
    for (MemberThread thread : member.threads().all()) {
      if (thread != member && thread != member.threads().first()) {
        rooms.add(thread.room());
      }
    }
    return rooms;
  }

  /** What the kernel has been told of the child's memory, and has told it. */
  private void register(MemberThread child, int id) {
    if (!call.row.name().equals(CLONE)) {
      return;
    }
    long address = call.arguments[CHILD_TID_ARGUMENT];
    if ((call.arguments[0] & CHILD_CLEARTID) != 0) {
      child.thread().tidAddress = address;
    }
    if ((call.arguments[0] & CHILD_SETTID) != 0) {
      ByteBuffer word = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
      child.tracee.memory().write(new TraceeAddress(address), word.putInt(0, id));
    }
  }

  private Registers start(MemberThread child) throws TraceeDiedException {
    Registers current = new Registers();
    child.tracee.readRegisters(current);
    Registers start = call.atSite.copy();
    child.afterCall(start, current, 0);
    if (ChildBirth.hasOwnStack(call)) {
      start.rsp(call.arguments[1]);
    }
    return start.gsBase(child.room().area().value());
  }

  private static void prepareArea(MemberThread child) throws TraceeDiedException {
    ByteBuffer area = ByteBuffer.allocateDirect(StubArea.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    TraceeAddress address = child.room().area();
    if (child.tracee.memory().read(address, area) != StubArea.BYTES) {
      throw TraceeDiedException.INSTANCE;
    }
    StubArea.moveTo(area, address.value(), child.thread().id);
    area.putInt(StubArea.PID, child.ids.pid());
    area.putInt(StubArea.PARENT, child.ids.parent());
    area.putLong(StubArea.PRESENT, 0);
    if (child.tracee.memory().write(address, area) != StubArea.BYTES) {
      throw TraceeDiedException.INSTANCE;
    }
    child.fastPath.inheritNoRequest();
  }

  private void copy(MemberThread child, Registers start) throws TraceeDiedException {
    Newborn newborn = Seeding.ofNewborn(child, start);
    if (newborn == null) {
      throw new IllegalStateException("the kernel refuses to clone it");
    }
    parent.group.bore(newborn);
  }
}
