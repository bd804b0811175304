package org.ftrun.tracer.member;

import java.util.function.IntFunction;
import org.ftrun.tracer.stub.DetailRule;

/**
 * How the service's calls take the fast path.
 *
 * @param on whether they do at all
 * @param details how the stub makes an event's detail, by the call's number; null: it cannot, the
 *     call stays slow
 * @param spins how often a replica looks for the next event before it yields its core
 * @param yields how often it has looked when it begins to sleep
 * @param sleepNanos how long it sleeps at most; 0: it never sleeps
 */
public record FastPathOptions(
    boolean on, IntFunction<DetailRule> details, int spins, int yields, int sleepNanos) {
  /** Every call takes the slow path. */
  public static final FastPathOptions OFF = new FastPathOptions(false, number -> null, 0, 0, 0);
}
