package org.ftrun.daemon.group;

import org.ftrun.daemon.service.ServiceOptions.ReplicaWait;
import org.ftrun.shadow.ShadowDetail;
import org.ftrun.tracer.member.FastPathOptions;

/** The fast path's options for what the user asked for. */
final class FastPathChoice {
  /** Looks, about 3 us each, before it yields: a busy server's next event comes in that time. */
  private static final int SPINS = 8;

  /** The same before it sleeps: what it would find sooner, it can as well consume later. */
  private static final int SPINS_BEFORE_SLEEP = 1;

  private static final int LONGEST_SLEEP_NANOS = 8_000_000;

  private FastPathChoice() {}

  static FastPathOptions of(ReplicaWait wait) {
    return switch (wait) {
      case SPIN -> new FastPathOptions(true, ShadowDetail::rule, Integer.MAX_VALUE, 0, 0);
      case YIELD -> new FastPathOptions(true, ShadowDetail::rule, SPINS, 0, 0);
      case SLEEP ->
          new FastPathOptions(true, ShadowDetail::rule, SPINS_BEFORE_SLEEP, 0, LONGEST_SLEEP_NANOS);
    };
  }
}
