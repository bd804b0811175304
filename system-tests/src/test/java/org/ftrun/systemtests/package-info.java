/**
 * ftrun as its users see it: the script, the control socket, real servers and their clients.
 *
 * <p>Nothing here calls ftrun's classes. {@link org.ftrun.systemtests.FtrunProcess} is one running
 * ftrun, {@link org.ftrun.systemtests.TinyProgram} one of the C programs in {@code src/test/c}. A
 * test's own thread owns both.
 *
 * <p>System properties: {@code ftrun.script} (default {@code ../scripts/ftrun}), {@code
 * ftrun.options} (more options for every ftrun, separated by spaces), {@code ftrun.kills} (kills of
 * each kill storm), {@code ftrun.seed} (of the kill storms' instants), {@code ftrun.limit} (longest
 * wait for anything, in seconds, 30 by default), {@code ftrun.fast-path} ({@code on} or {@code off}
 * where the test does not choose; {@code on} by default).
 */
package org.ftrun.systemtests;
