/**
 * The control socket: {@code RUN_DIR/NAME.sock}, through which ftctl talks to a running ftrun.
 *
 * <p>One connection carries one request and one reply, each a line of JSON in UTF-8:
 *
 * <pre>
 *   {"command":"status"}   -&gt;  {"ok":true,"result":{...}}
 *   {"command":"protect"}  -&gt;  {"ok":false,"error":"one line for a person"}
 * </pre>
 *
 * <p>Main types: {@link org.ftrun.daemon.control.ControlServer}, owned by its one thread "control",
 * {@link org.ftrun.daemon.control.ControlClient}, {@link org.ftrun.daemon.control.RunDirectory}.
 */
package org.ftrun.daemon.control;
