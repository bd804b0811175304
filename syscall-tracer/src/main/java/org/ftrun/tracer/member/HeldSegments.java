package org.ftrun.tracer.member;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.libc.Libc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The System V segments that the service has removed while it had them attached. The kernel
 * destroys such a segment at its last detachment, and with it the number by which a successor
 * attaches it (ipc/shm.c: shm_close, shm_may_destroy): the death of the primary would be that
 * detachment. So ftrun has it attached too, from before its removal until the service has no use of
 * it any more, and until then all is as natively: it can be attached again, and be asked about.
 *
 * <p>One for each group; its members' tracer threads use it one after the other, and any thread may
 * call {@link #releaseAll}.
 */
public final class HeldSegments {
  private static final Logger LOG = LoggerFactory.getLogger(HeldSegments.class);

  /** Where ftrun has them, by their numbers. */
  private final Map<Integer, Long> addresses = new HashMap<>();

  /**
   * Attaches a segment; harmless if that is done already.
   *
   * @return null, or why it cannot be done
   */
  synchronized String hold(SharedSegment segment) {
    if (addresses.containsKey(segment.id())) {
      return null;
    }
    long address = Libc.call(SyscallNumber.SHMAT, segment.id(), 0, SharedSegment.SHM_RDONLY);
    if (address < 0 && address > -4096) {
      return "ftrun cannot attach it: " + Libc.errorText((int) -address);
    }
    addresses.put(segment.id(), address);
    LOG.debug("{} is kept", segment.name);
    return null;
  }

  /** How many of the attachments of a segment are ftrun's: 0 or 1. */
  synchronized int attachments(int id) {
    return addresses.containsKey(id) ? 1 : 0;
  }

  /** Detaches those that are not needed: with that, the kernel destroys them. */
  synchronized void releaseUnless(Predicate<SharedSegment> needed) {
    addresses.entrySet().removeIf(held -> !isNeeded(held.getKey(), needed) && release(held));
  }

  private static boolean isNeeded(int id, Predicate<SharedSegment> needed) {
    SharedSegment segment = SharedSegment.of(id);
    return segment != null && needed.test(segment);
  }

  private static boolean release(Map.Entry<Integer, Long> held) {
    Libc.call(SyscallNumber.SHMDT, held.getValue());
    LOG.debug("the System V segment {} is not kept any more", held.getKey());
    return true;
  }

  /** The service runs natively, or has ended: its own attachments decide. */
  public synchronized void releaseAll() {
    releaseUnless(segment -> false);
  }
}
