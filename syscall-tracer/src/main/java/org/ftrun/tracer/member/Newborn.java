package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.libc.Libc;
import org.ftrun.tracer.ptrace.ExtendedState;
import org.ftrun.tracer.ptrace.Registers;

/**
 * A process cloned from one of the primary's that waits in the stub to become one of the replica's.
 * It has one thread, the first one's copy; the others are made by its own tracer.
 *
 * @param pid its pid
 * @param parent pid of the process from which it was cloned, which stands still until it runs
 * @param model what is known of the process
 * @param ids by which the service knows itself and its first thread; null if the process joins a
 *     replica that follows already
 * @param sharedMemory the memory that it still shares with the primary
 * @param threads the threads that it is to have, the first one first
 * @param others of the root process: the further processes, in the order of their births
 */
public record Newborn(
    int pid,
    int parent,
    ProcessModel model,
    VirtualIds ids,
    List<MappingsOf.Mapping> sharedMemory,
    List<OfThread> threads,
    List<Newborn> others) {
  /** By which the service knows the process. */
  int id() {
    return threads.get(0).model().id;
  }

  /** It is not wanted: it and its other processes are killed, which nobody has taken over yet. */
  public void kill() {
    Libc.call(SyscallNumber.KILL, pid, Signal.SIGKILL);
    others.forEach(Newborn::kill);
  }

  /** The processes of the primary of which it and the others are copies, the root first. */
  public List<FollowedProcess> originals() {
    List<FollowedProcess> originals = new ArrayList<>();
    List<Integer> ids = threads.stream().map(thread -> thread.model().id).toList();
    originals.add(new FollowedProcess(parent, ids.get(0), ids));
    others.forEach(other -> originals.addAll(other.originals()));
    return originals;
  }

  /** Whether the primary must stand still until it is adopted: memory is yet to be copied. */
  public boolean needsPrimary() {
    return !sharedMemory.isEmpty() || !others.isEmpty() || model.personal.marksMemory;
  }

  /**
   * A thread as it stands in the primary.
   *
   * @param model what is known of it
   * @param registers as the service sees them
   * @param atCall whether it stands at the site of a call that waits for its answer
   * @param digest that call's
   * @param born whether it has not run yet
   * @param inLoop whether it stands in a loop of its own code and waits for its turn
   * @param extended its vector registers; null for the first one, whose copy has them
   * @param mask the signals that the kernel holds back from it
   * @param name as prctl(PR_SET_NAME) sets it
   */
  record OfThread(
      ThreadModel model,
      Registers registers,
      boolean atCall,
      long digest,
      boolean born,
      boolean inLoop,
      ExtendedState extended,
      long mask,
      String name) {}
}
