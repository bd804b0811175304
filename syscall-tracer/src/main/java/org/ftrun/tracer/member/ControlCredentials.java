package org.ftrun.tracer.member;

import static org.ftrun.tracer.abi.SocketLayout.CMSGHDR_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.CMSGHDR_LEVEL;
import static org.ftrun.tracer.abi.SocketLayout.CMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.CMSGHDR_TYPE;
import static org.ftrun.tracer.abi.SocketLayout.MMSGHDR_SIZE;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_CONTROL_LENGTH;
import static org.ftrun.tracer.abi.SocketLayout.MSGHDR_SIZE;

import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.syscall.SizeRule;

/**
 * The pids in the credentials (SCM_CREDENTIALS, unix(7)) that messages carry. A sender's headers
 * are not changed but copied; those that the kernel has filled are the service's own.
 */
final class ControlCredentials {
  private static final int SOL_SOCKET = 1;
  private static final int SCM_CREDENTIALS = 2;

  /** struct ucred: pid, uid, gid. */
  private static final int UCRED_SIZE = 12;

  /** Control data are far shorter as a rule: 253 descriptors and credentials have 1,064 bytes. */
  private static final int MOST_BYTES = 2048;

  private static final int SCRATCH_HEADER = 1024;
  private static final int SCRATCH_CONTROL = SCRATCH_HEADER + 64;

  private final MemberThread member;
  private final MessageVectors memory;
  private final ByteBuffer header = MessageVectors.buffer(MSGHDR_SIZE);
  private final ByteBuffer control = MessageVectors.buffer(MOST_BYTES);

  ControlCredentials(MemberThread member) {
    this.member = member;
    this.memory = new MessageVectors(member);
  }

  /**
   * Copies a message header with the credentials that the kernel knows.
   *
   * @return the copy's address, or 0 if nothing has to be changed
   */
  long toReal(long message) {
    int length = load(message);
    if (length == 0 || !change(length, member.ids::real)) {
      return 0;
    }
    TraceeAddress copy = member.room().scratch().plus(SCRATCH_HEADER);
    TraceeAddress data = member.room().scratch().plus(SCRATCH_CONTROL);
    header.putLong(MSGHDR_CONTROL, data.value());
    boolean stored =
        memory.store(header, 0, MSGHDR_SIZE, copy.value())
            && memory.store(control, 0, length, data.value());
    return stored ? copy.value() : 0;
  }

  /** Changes the credentials that a call has received. */
  void toVirtual(CallInFlight call, long result) {
    boolean several = call.row.arguments().get(1).size().kind() == SizeRule.Kind.MMSGHDR;
    long count = several ? result : 1;
    for (long i = 0; i < count; i++) {
      int length = load(call.arguments[1] + i * MMSGHDR_SIZE);
      if (length > 0 && change(length, member.ids::virtual)) {
        memory.store(control, 0, length, header.getLong(MSGHDR_CONTROL));
      }
    }
  }

  private int load(long message) {
    if (!memory.load(header, message, MSGHDR_SIZE) || header.getLong(MSGHDR_CONTROL) == 0) {
      return 0;
    }
    long length = header.getLong(MSGHDR_CONTROL_LENGTH);
    boolean loaded =
        length >= CMSGHDR_SIZE
            && length <= MOST_BYTES
            && memory.load(control, header.getLong(MSGHDR_CONTROL), (int) length);
    return loaded ? (int) length : 0;
  }

  /** Whether anything is different now. */
  private boolean change(int end, IntUnaryOperator translation) {
    boolean changed = false;
    long length;
    for (long at = 0; at + CMSGHDR_SIZE <= end; at += length + 7 & ~7L) {
      length = control.getLong((int) at + CMSGHDR_LENGTH);
      if (length < CMSGHDR_SIZE || length > end - at) {
        return changed;
      }
      if (control.getInt((int) at + CMSGHDR_LEVEL) == SOL_SOCKET
          && control.getInt((int) at + CMSGHDR_TYPE) == SCM_CREDENTIALS
          && length >= CMSGHDR_SIZE + UCRED_SIZE) {
        int pid = control.getInt((int) at + CMSGHDR_SIZE);
        int translated = pid > 0 ? translation.applyAsInt(pid) : pid;
        control.putInt((int) at + CMSGHDR_SIZE, translated);
        changed |= translated != pid;
      }
    }
    return changed;
  }
}
