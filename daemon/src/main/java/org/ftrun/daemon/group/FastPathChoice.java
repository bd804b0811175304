package org.ftrun.daemon.group;

import org.ftrun.daemon.service.ServiceOptions.ReplicaWait;
import org.ftrun.shadow.ShadowDetail;
import org.ftrun.tracer.member.FastPathOptions;

/** The fast path's options for what the user asked for. */
final class FastPathChoice {
  /** A look and a pause take about 3 us: a busy server's next event comes in that time. */
  private static final int SPINS = 8;

  /** Looks until it sleeps: the first ones spin, the others give the core to a client there. */
  private static final int YIELDS = 60;

  private static final int LONGEST_SLEEP_NANOS = 4_000_000;

  private FastPathChoice() {}

  static FastPathOptions of(ReplicaWait wait) {
    return switch (wait) {
      case SPIN -> new FastPathOptions(true, ShadowDetail::rule, Integer.MAX_VALUE, 0, 0);
      case YIELD -> new FastPathOptions(true, ShadowDetail::rule, SPINS, 0, 0);
      case SLEEP ->
          new FastPathOptions(true, ShadowDetail::rule, SPINS, YIELDS, LONGEST_SLEEP_NANOS);
    };
  }
}
