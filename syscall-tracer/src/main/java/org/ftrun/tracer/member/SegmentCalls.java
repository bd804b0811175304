package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;

/**
 * What a primary's calls about System V segments need beforehand and leave behind. A segment may be
 * removed while it is attached ({@link HeldSegments}); what ftrun has attached for that is not
 * counted in what the service is told.
 */
final class SegmentCalls {
  private static final SyscallRow SHMCTL = SyscallTable.named("shmctl");

  private static final int MAP_FIXED = 0x10;
  private static final int IPC_RMID = 0;
  private static final int IPC_STAT = 2;
  private static final int SHM_STAT = 13;
  private static final int SHM_STAT_ANY = 15;

  private final PrimaryRole role;
  private final HeldSegments held;

  SegmentCalls(PrimaryRole role) {
    this.role = role;
    this.held = role.group.heldSegments();
  }

  /** Why a call ends protection, or null. A segment that it removes is held from here on. */
  String obstacle(MemberThread member, CallInFlight call) {
    SyscallRole does = call.resolution.role();
    if (does == SyscallRole.MUNMAP
        || does == SyscallRole.MMAP && (call.arguments[3] & MAP_FIXED) != 0) {
      return obstacleOfCut(member, call);
    }
    boolean attaches = does == SyscallRole.SEGMENT_ATTACH;
    if (!attaches && call.row != SHMCTL) {
      return null;
    }
    if (role.processes.hasFurther()) {
      role.first().recorder.awaitReplica(); // copies of newborns have what those have, until then
    }
    SharedSegment segment = SharedSegment.of((int) call.arguments[0]);
    if (segment == null) {
      return null; // it will fail
    }
    if (attaches) {
      return obstacle(member.model().sharedFiles(), segment, (int) call.arguments[2]);
    }
    if ((int) call.arguments[1] != IPC_RMID || role.processes.attachments(segment) == 0) {
      return null;
    }
    String what = "shmctl: the service removes " + segment.name + ", which it has attached, and ";
    String refusal = isSharedWithOthers(segment) ? "so have others" : held.hold(segment);
    return refusal == null ? null : what + refusal;
  }

  /** What is left could not be attached again by a successor. */
  private static String obstacleOfCut(MemberThread member, CallInFlight call) {
    SharedStore cut =
        member.model().sharedFiles().segmentPartlyIn(call.arguments[0], call.arguments[1]);
    return cut == null ? null : call.row.name() + ": the service unmaps a part of " + cut.name;
  }

  private String obstacle(SharedFiles known, SharedSegment segment, int flags) {
    if ((flags & SharedSegment.SHM_RDONLY) != 0) {
      return "shmat: the service attaches " + segment.name + " to read it only";
    }
    if (known.isTooLarge(segment.size())) {
      return "shmat: " + segment.name + " is larger than " + (SharedFiles.LARGEST >> 20) + " MiB";
    }
    return isSharedWithOthers(segment)
        ? "shmat: the service shares " + segment.name + " with other processes"
        : null;
  }

  /** A process of the service that has just ended may be counted here and not by the kernel. */
  private boolean isSharedWithOthers(SharedSegment segment) {
    return segment.attachments() - held.attachments(segment.id())
        > role.processes.attachments(segment);
  }

  /** A call has returned: what it tells of a segment, in memory, does not count ftrun. */
  void show(MemberThread member, CallInFlight call, long result) throws TraceeDiedException {
    int command = (int) call.arguments[1];
    boolean byIndex = command == SHM_STAT || command == SHM_STAT_ANY;
    if (call.row != SHMCTL || result < 0 || !byIndex && command != IPC_STAT) {
      return;
    }
    int ours = held.attachments(byIndex ? (int) result : (int) call.arguments[0]);
    if (ours == 0) {
      return;
    }
    TraceeAddress count = new TraceeAddress(call.arguments[2] + SharedSegment.ATTACHMENTS);
    member.tracee.memory().writeLong(count, member.tracee.memory().readLong(count) - ours);
  }

  /** A call is in the log: what it has detached is given up before the service goes on. */
  void recorded(CallInFlight call) {
    switch (call.resolution.role()) {
      case MMAP:
      case MUNMAP:
      case SEGMENT_DETACH:
        release();
        break;
      default:
        if (call.row == SHMCTL) {
          release(); // of one that could not be removed
        }
        break;
    }
  }

  /** Gives up what no process of the primary has attached. */
  void release() {
    held.releaseUnless(segment -> segment.isRemoved() && role.processes.attachments(segment) > 0);
  }

  /**
   * Others may have removed a segment that the service has attached.
   *
   * @return null, or why protection has to end for that
   */
  String holdRemoved() {
    for (ProcessThreads process : role.processes()) {
      for (SharedFiles.Region region : process.model().sharedFiles().regions()) {
        boolean removed = region.store() instanceof SharedSegment of && of.isRemoved();
        String refusal = removed ? held.hold((SharedSegment) region.store()) : null;
        if (refusal != null) {
          return region.store().name + " has been removed, and " + refusal;
        }
      }
    }
    return null;
  }
}
