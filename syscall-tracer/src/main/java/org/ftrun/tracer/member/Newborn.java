package org.ftrun.tracer.member;

import java.util.List;
import org.ftrun.tracer.identity.VirtualIds;
import org.ftrun.tracer.ptrace.ExtendedState;
import org.ftrun.tracer.ptrace.Registers;

/**
 * A process cloned from the primary that waits in the stub to become a replica. It has one thread,
 * the first one's copy; the others are made by its own tracer.
 *
 * @param pid its pid
 * @param parent pid of the primary from which it was cloned, which stands still until it runs
 * @param model what is known of the process
 * @param ids by which the service knows itself and its first thread
 * @param sharedMemory the memory that it still shares with the primary
 * @param threads the threads that it is to have, the first one first
 */
public record Newborn(
    int pid,
    int parent,
    ProcessModel model,
    VirtualIds ids,
    List<MappingsOf.Mapping> sharedMemory,
    List<OfThread> threads) {
  /** Whether the primary must stand still until it is adopted: memory is yet to be copied. */
  public boolean needsPrimary() {
    return !sharedMemory.isEmpty() || model.personal.marksMemory;
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
