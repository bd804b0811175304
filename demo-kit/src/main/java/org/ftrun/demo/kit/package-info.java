/**
 * What the failover demos share. A {@link org.ftrun.demo.kit.DemoServer} is the server of a demo,
 * run natively or under ftrun; the {@link org.ftrun.demo.kit.Killer} kills its primary on a
 * schedule; {@link org.ftrun.demo.kit.Arrivals} finds the silence that clients saw around each
 * {@link org.ftrun.demo.kit.Kill}. Everything that a run writes or starts is noted in its {@link
 * org.ftrun.demo.kit.Workspace}, so that the script around it can clear up whatever happens.
 *
 * <p>The demo's main thread starts and closes the server; from the first to the last kill the
 * killer's thread alone talks to it.
 */
package org.ftrun.demo.kit;
