package org.ftrun.shadow;

/** How the service came by a connection. */
public enum Opening {
  /** The peer opened it, accept returned it. */
  ACCEPTED,
  /** The service opened it by connect. */
  CONNECTED,
  /** It was open when the shadow first saw it. */
  ADOPTED
}
