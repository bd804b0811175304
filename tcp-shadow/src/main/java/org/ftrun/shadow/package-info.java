/**
 * The shadow: a model of each TCP connection of the service, kept by following the event log.
 *
 * <pre>
 *   tracer's thread                                    event processor's thread
 *   ReadingQueue.stopped ------ RepairReader            ShadowHandler
 *        |                        (borrowed socket)        |
 *        +--- marked readings, in log order ------------&gt; TcpShadow.onCall
 *                                                          |  ShadowProcesses, ShadowSocket
 *   takeover                                               v
 *   InFlightOracle &lt;------------------------------- ShadowConnection (snapshots, any thread)
 * </pre>
 *
 * <p>The log tells which descriptors are TCP sockets, how they came to be, how many bytes went each
 * way, what was closed, and which processes have the descriptors; {@link
 * org.ftrun.shadow.ShadowDetail} says which arguments the recorder has to add to an event for that.
 * What the log cannot tell, addresses and sequence numbers, {@link org.ftrun.shadow.RepairReader}
 * reads from the kernel while the service is stopped: in a connect, or some time after an accept.
 *
 * <p>{@link org.ftrun.shadow.TcpShadow} belongs to the event processor's thread and gives immutable
 * snapshots to any. Nothing here is needed to serve: what cannot be read is "not yet known".
 */
package org.ftrun.shadow;
