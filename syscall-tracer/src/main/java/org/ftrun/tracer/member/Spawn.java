package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ftrun.tracer.ptrace.Stop;
import org.ftrun.tracer.ptrace.Tracee;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.ptrace.TraceeMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child of vfork(2) until it has a program of its own, or ends. It runs natively, but in a copy
 * of its parent's memory. If it ends without a program, what it has changed in its parent's stack
 * is brought back: by that posix_spawn(3) tells its caller why there was none.
 */
final class Spawn {
  private static final Logger LOG = LoggerFactory.getLogger(Spawn.class);

  /** PTRACE_O_TRACEEXEC and PTRACE_O_TRACEEXIT. */
  private static final int OPTIONS = 0x10 | 0x40;

  /** How much of the parent's stack is looked at, from its stack pointer on. */
  private static final int STACK_BYTES = 64 << 10;

  private static final int WORD = 8;

  private final int parent;
  private final Tracee tracee;
  private final long stack;
  private final List<Change> changes = new ArrayList<>();

  /** Bytes that the child has changed. */
  private record Change(long address, byte[] bytes) {}

  /**
   * Of a child that stands where it is to begin; it is resumed.
   *
   * @param parent pid of its parent, which waits in the kernel
   * @param stack where the parent's stack pointer is
   */
  Spawn(int parent, Tracee tracee, long stack) throws TraceeDiedException {
    this.parent = parent;
    this.tracee = tracee;
    this.stack = stack;
    tracee.setOptions(OPTIONS);
    tracee.resume(0);
  }

  Tracee tracee() {
    return tracee;
  }

  /**
   * It has stopped or ended.
   *
   * @return whether it is on its own from now on, or gone
   */
  boolean stopped(Stop stop) {
    try {
      switch (stop.kind()) {
        case NONE:
          return false;
        case SIGNAL:
          tracee.resume(stop.signal());
          return false;
        case GROUP_STOP:
          tracee.listen();
          return false;
        case EXEC:
          tracee.detach(0);
          return true;
        case EXITING:
          compare();
          tracee.detach(0);
          return true;
        case EXITED:
        case KILLED:
        case GONE:
          return true;
        default:
          tracee.resume(0);
          return false;
      }
    } catch (TraceeDiedException e) {
      LOG.debug("child {} is gone", tracee.pid());
      return false; // its end is what is reported next
    }
  }

  private void compare() {
    int length = STACK_BYTES;
    for (MappingsOf.Mapping mapping : MappingsOf.process(parent).all()) {
      if (mapping.start() <= stack && stack < mapping.end()) {
        length = (int) Math.min(length, mapping.end() - stack) & -WORD;
      }
    }
    byte[] its = read(tracee.memory(), length);
    byte[] parents = read(new TraceeMemory(parent), length);
    for (int from = 0; from < Math.min(its.length, parents.length); from += WORD) {
      int to = from + WORD;
      if (!Arrays.equals(its, from, to, parents, from, to)) {
        changes.add(new Change(stack + from, Arrays.copyOfRange(its, from, to)));
      }
    }
  }

  private byte[] read(TraceeMemory memory, int length) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(length);
    byte[] bytes = new byte[Math.max(0, memory.read(new TraceeAddress(stack), buffer)) & -WORD];
    buffer.get(0, bytes);
    return bytes;
  }

  /** The parent goes on: its memory gets the changes, and so does its replica's. */
  void giveBack(MemberThread member, EventRecorder recorder) {
    for (Change change : changes) {
      member.tracee.memory().writeBytes(new TraceeAddress(change.address()), change.bytes());
      recorder.publishMemory(change.address(), change.bytes().length);
    }
  }
}
