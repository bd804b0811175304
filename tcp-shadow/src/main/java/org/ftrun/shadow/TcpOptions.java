package org.ftrun.shadow;

/**
 * What both sides of a connection agreed to in its handshake.
 *
 * @param maximumSegmentSize bytes of the largest segment that the peer takes, as its SYN said, or
 *     less if the service asked for less
 * @param windowScaling whether both sides scale their windows
 * @param sendWindowScale shift of the windows that the peer announces, 0..14; 0 without scaling
 * @param receiveWindowScale shift of the windows that we announce, 0..14; 0 without scaling
 * @param selectiveAcknowledgements whether both sides allow them
 * @param timestamps whether both sides send them
 */
public record TcpOptions(
    int maximumSegmentSize,
    boolean windowScaling,
    int sendWindowScale,
    int receiveWindowScale,
    boolean selectiveAcknowledgements,
    boolean timestamps) {}
