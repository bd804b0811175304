/**
 * The command lines: {@link org.ftrun.daemon.cli.FtrunCommand} and {@link
 * org.ftrun.daemon.cli.FtctlCommand}, and what ftrun checks and chooses before it starts a service:
 * the command's file, the kernel, the cores.
 *
 * <p>A user's mistake becomes a {@link org.ftrun.daemon.cli.UserError}: one line and an exit
 * status, never a stack trace. All of it runs on the main thread, but {@link
 * org.ftrun.daemon.cli.SignalThread}, which owns the signals that ftrun receives.
 */
package org.ftrun.daemon.cli;
