package org.ftrun.shadow;

import java.util.Optional;
import org.ftrun.tracer.libc.NativeMemory;

/**
 * Reads the kernel's counters of the connection that a member's last call was about, which tell
 * whether the call moved bytes that the log does not have: the second opinion on the registers, and
 * the only one where there was no exit stop. How they tell it is in {@link InFlightEvidence}.
 *
 * <p>Reads only; the socket is left as it was. Needs no privilege but that of pidfd_getfd(2). One
 * thread at a time.
 */
public final class InFlightOracle {
  private static final int UNTOLD =
      SocketAbi.MSG_OOB | SocketAbi.MSG_PEEK | SocketAbi.MSG_ERRQUEUE | SocketAbi.MSG_FASTOPEN;

  private final NativeMemory scratch = BorrowedSocket.scratch();

  /**
   * Reads the counters for a call.
   *
   * @param pid a process that has the descriptor: the surviving member. Nobody may use the socket
   *     meanwhile; the network may
   * @param process id in events of the process that made the call
   * @param arguments the six arguments of the call
   * @return nothing if it is no call whose result counts bytes of a TCP connection
   */
  public Optional<InFlightTransfer> transfer(int pid, int process, int syscall, long[] arguments) {
    SocketCall call = SocketCall.of(syscall);
    if (call == null || !isCounted(call, ShadowDetail.of(syscall, arguments))) {
      return Optional.empty();
    }
    int descriptor = (int) arguments[0];
    boolean received = call.role == SocketCall.Role.RECEIVE;
    return observe(pid, descriptor)
        .map(
            evidence ->
                new InFlightTransfer(
                    new ServiceDescriptor(process, descriptor), received, evidence));
  }

  private static boolean isCounted(SocketCall call, long detail) {
    return switch (call.role) {
      case RECEIVE, SEND ->
          !ShadowDetail.hasFlag(detail, UNTOLD)
              && !(call.role == SocketCall.Role.RECEIVE && ShadowDetail.nothingAsked(detail));
      default -> false;
    };
  }

  /** Reads one socket; nothing if it is not TCP. */
  Optional<InFlightEvidence> observe(int pid, int descriptor) {
    try (BorrowedSocket socket = BorrowedSocket.borrow(pid, descriptor, scratch)) {
      return socket.isTcp() ? Optional.of(read(socket)) : Optional.empty();
    } catch (SocketCallException refused) {
      return Optional.of(InFlightEvidence.refused(refused.getMessage()));
    }
  }

  private static InFlightEvidence read(BorrowedSocket socket) throws SocketCallException {
    // The peer's FIN may come between the questions: then they are asked again.
    SocketPositions before = socket.positions(socket.info());
    for (int i = 0; i < BorrowedSocket.MAXIMUM_READINGS; i++) {
      KernelTcpState state = before.info().state();
      boolean closed = state == KernelTcpState.CLOSE;
      Optional<Boolean> peerFin =
          closed ? socket.peerFinArrived() : Optional.of(state.hasPeerFin());
      boolean error = closed && socket.hasPendingError();
      SocketPositions after = socket.positions(before.info());
      if (before.equals(after)) {
        return new InFlightEvidence(Optional.of(after), peerFin, error, "");
      }
      before = after;
    }
    return InFlightEvidence.refused("counters do not stand still");
  }
}
