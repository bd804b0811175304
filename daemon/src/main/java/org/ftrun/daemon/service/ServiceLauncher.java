package org.ftrun.daemon.service;

/** Starts a service under protection. */
@FunctionalInterface
public interface ServiceLauncher {

  /**
   * Starts the service and returns once its program runs, that is after a successful exec. Until
   * then the descriptors that ftrun was given stay open; after it ftrun closes its own copies.
   *
   * @throws LaunchException if it could not be started; nothing is left behind
   */
  ProtectedService launch(ServiceOptions options) throws LaunchException;
}
