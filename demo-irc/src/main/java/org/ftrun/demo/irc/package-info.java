/**
 * The IRC failover demo: {@link org.ftrun.demo.irc.IrcDemo} runs Debian's ngircd, lets an {@link
 * org.ftrun.demo.irc.IrcCrowd} of clients talk while the server is killed, and judges by the {@link
 * org.ftrun.demo.irc.DeliveryLedger} whether they noticed: the {@link
 * org.ftrun.demo.irc.IrcVerdict}.
 *
 * <p>Clients, ledger and delivery log belong to the crowd's one event loop; the main thread asks it
 * for snapshots and gets the log when the crowd has gone home.
 */
package org.ftrun.demo.irc;
