package org.ftrun.shadow;

import java.util.Optional;

/**
 * The model of one TCP socket of the service, shared by all descriptors of all processes that refer
 * to it. Guarded by the {@link TcpShadow} that owns it.
 */
final class ShadowSocket {
  /** A connection that does not tell all is tried again every 64 rounds at last. */
  private static final int MOST_DOUBLINGS = 5;

  private ShadowState state;
  private Opening opening;
  private long bytesReceived;
  private long bytesSent;
  private boolean peerFinRead;
  private boolean ownFinSent;
  private boolean receiveShut;
  private boolean countable = true;
  private ConnectionReading reading;
  private int descriptors;

  /** How many rounds of readings the connection has been unread since the last attempt. */
  private int roundsUnread;

  /** Readings that did not tell all. */
  private int attempts;

  ShadowSocket(ShadowState state, Opening opening) {
    this.state = state;
    this.opening = opening;
  }

  /** A connection that was open before the shadow saw it. */
  static ShadowSocket adopted(ConnectionReading reading) {
    KernelTcpState kernel = reading.info().state();
    ShadowSocket socket = new ShadowSocket(ShadowState.ESTABLISHED, Opening.ADOPTED);
    socket.reading = reading;
    socket.ownFinSent = kernel.hasOwnFin();
    int ownFin = kernel.hasOwnFin() ? 1 : 0;
    int peerFin = kernel.hasPeerFin() ? 1 : 0;
    socket.bytesReceived = reading.consumed() - peerFin;
    socket.bytesSent = reading.accepted() - ownFin - (reading.activeOpen() ? 1 : 0);
    if (kernel == KernelTcpState.SYN_SENT) {
      socket.state = ShadowState.SYN_SENT;
      socket.opening = Opening.CONNECTED;
    } else if (kernel.hasOwnFin()) {
      socket.state = ShadowState.SELF_CLOSED;
    }
    return socket;
  }

  ShadowState state() {
    return state;
  }

  boolean hasSentFin() {
    return ownFinSent;
  }

  void addDescriptor() {
    descriptors++;
  }

  /** One descriptor less; the last one closes the socket. */
  void removeDescriptor() {
    descriptors--;
    if (descriptors == 0) {
      state = ShadowState.CLOSED;
    }
  }

  /** The log contradicts the model, or does not tell the bytes: positions are not to be trusted. */
  void loseCount() {
    countable = false;
  }

  /** Whether there is something to be read of it that is not yet known, and can still be had. */
  boolean isUnread() {
    return state.isConnection()
        && (reading == null
            || !reading.isComplete() && reading.info().state() != KernelTcpState.CLOSE);
  }

  /**
   * The connection as it has just been read. A socket that was reset tells no peer any more; what
   * was read before stays.
   */
  void read(ConnectionReading latest) {
    if (reading == null
        || latest.remote().isPresent()
        || latest.info().state() != KernelTcpState.CLOSE) {
      reading = latest;
    } else {
      reading = reading.closed(latest.info());
    }
    readInVain();
  }

  /** Should something still be unknown, the next attempt has to wait longer. */
  void readInVain() {
    attempts = Math.min(attempts + 1, MOST_DOUBLINGS);
    roundsUnread = 0;
  }

  /** A round of readings is due; the same answer as {@link #isOverdue} from then on. */
  boolean passRound() {
    roundsUnread++;
    return isOverdue();
  }

  /** Whether the connection has been unread for at least two rounds, more after each attempt. */
  boolean isOverdue() {
    return isUnread() && roundsUnread >= 2 << attempts;
  }

  /**
   * Changes the state.
   *
   * @return false if that is not legal; nothing is changed then
   */
  boolean become(ShadowState next) {
    if (state == next) {
      return true;
    }
    if (!state.mayBecome(next)) {
      return false;
    }
    state = next;
    return true;
  }

  /** A connection attempt starts, or connects at once. */
  boolean connect(ShadowState outcome) {
    if (!become(outcome)) {
      return false;
    }
    opening = Opening.CONNECTED;
    return true;
  }

  /** The socket is as new: connect failed, or it was disconnected. */
  boolean disconnect() {
    reading = null;
    bytesReceived = 0;
    bytesSent = 0;
    peerFinRead = false;
    ownFinSent = false;
    receiveShut = false;
    return become(ShadowState.UNCONNECTED);
  }

  /** The service was given bytes. */
  boolean receive(long bytes) {
    boolean legal = establish() && !peerFinRead;
    bytesReceived += bytes;
    return legal;
  }

  /** The service was given the end of data. After shutdown(SHUT_RD) that says nothing of a FIN. */
  boolean receiveEnd() {
    if (receiveShut || state == ShadowState.RESET) {
      return true;
    }
    if (!establish()) {
      return false;
    }
    peerFinRead = true;
    return become(ownFinSent ? ShadowState.BOTH_CLOSED : ShadowState.PEER_CLOSED);
  }

  /** The kernel took bytes from the service. */
  boolean send(long bytes) {
    boolean legal = state != ShadowState.RESET && establish() && !ownFinSent;
    bytesSent += bytes;
    return legal;
  }

  /** The service shut down what {@code how} names, and the kernel agreed. */
  boolean shutDown(int how) {
    if (state == ShadowState.LISTEN) {
      return how == SocketAbi.SHUT_WR || disconnect();
    }
    if (state == ShadowState.SYN_SENT) {
      return disconnect();
    }
    if (how != SocketAbi.SHUT_WR) {
      receiveShut = true;
    }
    if (how == SocketAbi.SHUT_RD || ownFinSent || state == ShadowState.RESET) {
      return true;
    }
    ownFinSent = true;
    return become(peerFinRead ? ShadowState.BOTH_CLOSED : ShadowState.SELF_CLOSED);
  }

  /** A transfer or a peer's name proves that the handshake is done. */
  boolean establish() {
    return state == ShadowState.SYN_SENT ? become(ShadowState.ESTABLISHED) : state.isConnection();
  }

  /**
   * A copy of what is known.
   *
   * @param trusted whether all of its bytes can have been seen
   */
  ShadowConnection snapshot(int descriptor, boolean trusted) {
    return new ShadowConnection(
        descriptor,
        state,
        opening,
        bytesReceived,
        bytesSent,
        peerFinRead,
        ownFinSent,
        countable && trusted,
        Optional.ofNullable(reading));
  }
}
