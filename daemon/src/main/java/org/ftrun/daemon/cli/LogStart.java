package org.ftrun.daemon.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Keeps logback from looking for configuration files on the class path at each start, which takes
 * longer than all the rest of it. There are none: {@link LogOutput} directs the log once the
 * options are known, and nothing is logged before. Found by logback as a service.
 */
public final class LogStart extends ContextAwareBase implements Configurator {
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
