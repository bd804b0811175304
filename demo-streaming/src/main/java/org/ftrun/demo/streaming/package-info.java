/**
 * The streaming failover demo: {@link org.ftrun.demo.streaming.StreamingDemo} runs Debian's nginx,
 * lets clients receive a file at a fixed bit rate while the server is killed, and judges by hash
 * and by stalls whether they noticed: the {@link org.ftrun.demo.streaming.StreamingVerdict}.
 *
 * <p>Each {@link org.ftrun.demo.streaming.Reception} is written by the one thread that reads its
 * connection: the Netty clients' event loop, or the thread that reads from curl. The main thread
 * reads it after the reception's end.
 */
package org.ftrun.demo.streaming;
