package org.ftrun.daemon.service;

import org.ftrun.shadow.TcpOptions;

/**
 * One TCP connection as {@code ftctl NAME connections} shows it.
 *
 * @param descriptor the lowest descriptor that refers to it, of the first process that has it
 * @param local address and port, such as 127.0.0.1:6667 or [::1]:6667, or "?": not yet known
 * @param remote address and port of the peer, or "?": not yet known
 * @param state name of the shadow's state
 * @param initialSendSequence our initial sequence number, 0..2^32-1, or -1: not yet known
 * @param initialReceiveSequence the peer's initial sequence number, 0..2^32-1, or -1: not yet known
 * @param bytesReceived bytes that the service has read, as of the log
 * @param bytesSent bytes that the service has written, as of the log
 * @param sendPosition sequence number of the next byte that the service will write, as of the log,
 *     0..2^32-1, or -1: not known
 * @param receivePosition sequence number of the next byte that the service will read, as of the
 *     log, 0..2^32-1, or -1: not known
 * @param options what the handshake agreed to, null: not yet known
 */
public record ConnectionStatus(
    int descriptor,
    String local,
    String remote,
    String state,
    long initialSendSequence,
    long initialReceiveSequence,
    long bytesReceived,
    long bytesSent,
    long sendPosition,
    long receivePosition,
    TcpOptions options) {}
