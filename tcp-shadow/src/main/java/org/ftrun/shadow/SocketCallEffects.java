package org.ftrun.shadow;

import java.nio.ByteBuffer;
import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.capture.OutputRecord;

/**
 * What each call does to the model, by its role. Every method answers whether the call fits what is
 * known. Guarded by the {@link TcpShadow} that owns it.
 */
final class SocketCallEffects {
  private final DescriptorTable descriptors;
  private final OutputRecord outputs = new OutputRecord();

  SocketCallEffects(DescriptorTable descriptors) {
    this.descriptors = descriptors;
  }

  boolean apply(SocketCall call, LoggedCall logged) {
    return switch (call.role) {
      case SOCKET -> socket(logged);
      case DUPLICATE -> duplicate(logged);
      case CONTROL -> control(logged);
      case CLOSE -> close(logged);
      case CLOSE_RANGE -> closeRange(logged);
      case SPLICE -> splice(logged);
      default -> {
        ShadowSocket socket = descriptors.get(logged.descriptor());
        yield socket == null || applyTo(socket, call, logged);
      }
    };
  }

  private boolean applyTo(ShadowSocket socket, SocketCall call, LoggedCall logged) {
    return switch (call.role) {
      case LISTEN -> logged.result() != 0 || socket.become(ShadowState.LISTEN);
      case PEER_NAME -> logged.result() != 0 || socket.establish();
      case SHUTDOWN -> logged.result() != 0 || socket.shutDown(ShadowDetail.first(logged.detail()));
      case GET_OPTION -> option(socket, logged);
      case RECEIVE -> receive(socket, logged);
      case SEND -> send(socket, logged);
      case RECEIVE_MANY, SEND_MANY -> many(socket, logged);
      default -> throw new IllegalStateException("no effect for " + call);
    };
  }

  private boolean socket(LoggedCall logged) {
    newDescriptor(logged.result());
    if (logged.result() >= 0 && ShadowDetail.isTcpSocket(logged.detail())) {
      descriptors.put(
          logged.result(), new ShadowSocket(ShadowState.UNCONNECTED, Opening.CONNECTED));
    }
    return true;
  }

  /** A descriptor of something else: what it referred to before must have been closed. */
  boolean newDescriptor(long descriptor) {
    descriptors.remove(descriptor);
    return true;
  }

  private boolean duplicate(LoggedCall logged) {
    if (logged.result() < 0 || logged.result() == logged.descriptor()) {
      return true;
    }
    ShadowSocket socket = descriptors.get(logged.descriptor());
    if (socket == null) {
      descriptors.remove(logged.result());
    } else {
      descriptors.put(logged.result(), socket);
    }
    return true;
  }

  private boolean control(LoggedCall logged) {
    int command = ShadowDetail.first(logged.detail());
    return command != SocketAbi.F_DUPFD && command != SocketAbi.F_DUPFD_CLOEXEC
        || duplicate(logged);
  }

  /** Whatever close returns but EBADF, the descriptor is gone (close(2)). */
  private boolean close(LoggedCall logged) {
    if (logged.result() != -Errno.EBADF) {
      descriptors.remove(logged.descriptor());
    }
    return true;
  }

  private boolean closeRange(LoggedCall logged) {
    int flags = ShadowDetail.second(logged.detail());
    if (logged.result() == 0 && (flags & SocketAbi.CLOSE_RANGE_CLOEXEC) == 0) {
      descriptors.removeRange(logged.descriptor(), ShadowDetail.first(logged.detail()));
    }
    return true;
  }

  boolean connect(LoggedCall logged) {
    ShadowSocket socket = descriptors.get(logged.descriptor());
    if (socket == null) {
      return true;
    }
    ShadowState state = socket.state();
    switch ((int) -logged.result()) {
      case 0:
        boolean fresh = state == ShadowState.UNCONNECTED || state == ShadowState.SYN_SENT;
        // A connected socket connects only to AF_UNSPEC, which disconnects it.
        return fresh ? socket.connect(ShadowState.ESTABLISHED) : socket.disconnect();
      case Errno.EINPROGRESS:
      case Errno.EALREADY:
      case Errno.EINTR:
        return socket.connect(ShadowState.SYN_SENT);
      case Errno.EISCONN:
        return socket.establish();
      default:
        return !isConnectionFailure((int) -logged.result()) || fail(socket);
    }
  }

  private boolean receive(ShadowSocket socket, LoggedCall logged) {
    if (logged.result() < 0) {
      return !isConnectionFailure((int) -logged.result()) || fail(socket);
    }
    long detail = logged.detail();
    if (ShadowDetail.hasFlag(detail, SocketAbi.MSG_PEEK | SocketAbi.MSG_ERRQUEUE)
        || ShadowDetail.nothingAsked(detail)) {
      return true;
    }
    if (ShadowDetail.hasFlag(detail, SocketAbi.MSG_OOB)) {
      socket.loseCount();
      return true;
    }
    return logged.result() == 0 ? socket.receiveEnd() : socket.receive(logged.result());
  }

  private boolean send(ShadowSocket socket, LoggedCall logged) {
    long result = logged.result();
    boolean opens =
        ShadowDetail.hasFlag(logged.detail(), SocketAbi.MSG_FASTOPEN)
            && socket.state() == ShadowState.UNCONNECTED;
    if (opens && (result > 0 || result == -Errno.EINPROGRESS)) {
      socket.connect(ShadowState.SYN_SENT);
    }
    if (result > 0) {
      return socket.send(result);
    }
    return result == 0 || !isSendFailure(socket, (int) -result) || fail(socket);
  }

  private static boolean many(ShadowSocket socket, LoggedCall logged) {
    if (logged.result() > 0) {
      socket.loseCount();
      return socket.establish();
    }
    return true;
  }

  private boolean splice(LoggedCall logged) {
    ShadowSocket source = descriptors.get(logged.descriptor());
    ShadowSocket target = descriptors.get(ShadowDetail.first(logged.detail()));
    long result = logged.result();
    if (result > 0) {
      boolean legal = source == null || source.receive(result);
      return (target == null || target.send(result)) && legal;
    }
    if (result == 0) {
      return source == null || ShadowDetail.nothingAsked(logged.detail()) || source.receiveEnd();
    }
    boolean legal = source == null || !isConnectionFailure((int) -result) || fail(source);
    return (target == null || !isSendFailure(target, (int) -result) || fail(target)) && legal;
  }

  /** SO_ERROR tells how a connect that did not wait came out, if it failed. */
  private boolean option(ShadowSocket socket, LoggedCall logged) {
    if (logged.result() != 0
        || ShadowDetail.first(logged.detail()) != SocketAbi.SO_ERROR
        || ShadowDetail.second(logged.detail()) != SocketAbi.SOL_SOCKET) {
      return true;
    }
    ByteBuffer payload = logged.payload();
    if (!outputs.wrap(payload).next() || outputs.length() < Integer.BYTES) {
      return true;
    }
    int error = payload.getInt(outputs.offset());
    return !isConnectionFailure(error) || fail(socket);
  }

  private static boolean fail(ShadowSocket socket) {
    ShadowState state = socket.state();
    return switch (state) {
      case UNCONNECTED, LISTEN, RESET -> true;
      case SYN_SENT -> socket.disconnect();
      default -> socket.become(ShadowState.RESET);
    };
  }

  /** EPIPE after our own shutdown says nothing about the connection. */
  private static boolean isSendFailure(ShadowSocket socket, int errno) {
    return errno == Errno.EPIPE && !socket.hasSentFin() || isConnectionFailure(errno);
  }

  /** Errors with which the kernel tells once that a connection has failed or was not made. */
  private static boolean isConnectionFailure(int errno) {
    return switch (errno) {
      case Errno.ECONNRESET,
          Errno.ECONNABORTED,
          Errno.ECONNREFUSED,
          Errno.ETIMEDOUT,
          Errno.EHOSTUNREACH,
          Errno.ENETUNREACH ->
          true;
      default -> false;
    };
  }
}
