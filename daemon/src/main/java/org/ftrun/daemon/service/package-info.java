/**
 * What the command lines and the control socket know of a service under protection: its options,
 * its status and what may be asked of it. {@link org.ftrun.daemon.service.ProtectedService} is
 * implemented by the group package; its methods may be called from any thread.
 */
package org.ftrun.daemon.service;
