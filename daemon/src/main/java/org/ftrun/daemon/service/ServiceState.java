package org.ftrun.daemon.service;

/** The states of a service, as {@code status --json} prints them. */
public enum ServiceState {
  /** The service is being launched; no replica follows yet. */
  STARTING,
  /** A replica follows the primary. */
  PROTECTED,
  /** The service runs alone; the status says why. */
  UNPROTECTED,
  /** The primary died or is to end; the replica drains the log and becomes the primary. */
  TAKING_OVER,
  /** The service has ended. */
  STOPPED
}
