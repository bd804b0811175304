package org.ftrun.daemon.group;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.ftrun.daemon.service.LaunchException;
import org.ftrun.daemon.service.ProtectedService;
import org.ftrun.daemon.service.ServiceOptions;
import org.ftrun.daemon.service.ServiceState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a whole life of a service with a tiny program of our own before the real one starts: launch,
 * seeding, some recorded calls, takeovers, the end. Classes that are loaded for the first time and
 * code that never ran cost more than a takeover itself.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final long LIMIT_NANOS = 5_000_000_000L;
  private static final long LOG_BYTES = 1 << 20;
  private static final int EVENTS = 200;
  private static final int EVENTS_BETWEEN = 10;
  private static final int COUNTERS_READ = 50;

  /** The first takeovers take four times as long as those from some twenty on. */
  private static final int TAKEOVERS = Integer.getInteger("ftrun.rehearsals", 20);

  private static final long PAUSE_NANOS = 200_000;

  private Rehearsal() {}

  /** Rehearses with the cores and the waiting of the real service; a failure is only reported. */
  static void run(ServiceOptions real) {
    ServiceOptions options =
        new ServiceOptions(
            real.name() + " (rehearsal)",
            List.of(real.launchState().launcher(), "rehearse"),
            real.primaryCpu(),
            real.replicaCpu(),
            real.fastPath(),
            LOG_BYTES,
            real.replicaWait(),
            real.verification(),
            real.launchState());
    CountersOpinion.rehearse(COUNTERS_READ);
    try {
      ServiceGroup group = ServiceGroup.launchOwn(options);
      try {
        for (int i = 0; i < TAKEOVERS && play(group, i == 0 ? EVENTS : EVENTS_BETWEEN); i++) {
          group.takeover();
        }
      } finally {
        group.destroy();
      }
    } catch (LaunchException | IOException | ProtectedService.RefusedException e) {
      LOG.warn("the rehearsal of a takeover failed: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until enough was recorded; false if that does not come within the limit. */
  private static boolean play(ServiceGroup group, int events) {
    long begin = System.nanoTime();
    long first = group.status().events();
    while (group.status().state() != ServiceState.PROTECTED
        || group.status().events() < first + events) {
      if (System.nanoTime() - begin > LIMIT_NANOS
          || group.status().state() == ServiceState.STOPPED
          || group.status().state() == ServiceState.UNPROTECTED) {
        LOG.warn("the rehearsal of a takeover came to a stand: {}", group.status());
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }
}
