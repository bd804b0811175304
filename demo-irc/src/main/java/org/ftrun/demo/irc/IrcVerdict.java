package org.ftrun.demo.irc;

import java.util.ArrayList;
import java.util.List;
import org.ftrun.demo.kit.KillEffect;

/**
 * What came out of a run; also what {@code --json} writes.
 *
 * @param server how the server was run
 * @param clients how many clients joined
 * @param channels how many channels they spread over
 * @param rate messages a second in total
 * @param seconds how long messages were sent
 * @param killsPlanned how many kills were asked for
 * @param kills the kills that were tried, and what the clients saw of each
 * @param disconnects clients whose connection ended unasked
 * @param firstDisconnect who was first and why; null if nobody
 * @param messages the sums of the ledger
 * @param latency latencies before, during and after the kills
 * @param usualSilenceMillis the longest time without any delivery before the first kill
 * @param passed whether the clients noticed nothing and every kill was survived
 * @param failures what speaks against that, a line each; empty if passed
 */
record IrcVerdict(
    String server,
    int clients,
    int channels,
    double rate,
    double seconds,
    int killsPlanned,
    List<KillEffect> kills,
    int disconnects,
    String firstDisconnect,
    DeliveryLedger.Tally messages,
    LatencyPhases latency,
    double usualSilenceMillis,
    boolean passed,
    List<String> failures) {

  /** Lists what speaks against a clean pass. */
  static List<String> failures(
      int clients,
      int killsPlanned,
      List<KillEffect> kills,
      int disconnects,
      DeliveryLedger.Tally messages) {
    List<String> failures = new ArrayList<>();
    if (disconnects > 0) {
      failures.add(disconnects + " of " + clients + " clients were disconnected");
    }
    if (messages.expected() == 0) {
      failures.add("no message was sent to anybody");
    }
    addIfAny(failures, messages.lost(), "deliveries lost");
    addIfAny(failures, messages.doubled(), "deliveries doubled");
    addIfAny(failures, messages.outOfOrder(), "deliveries out of order");
    addIfAny(failures, messages.strange(), "deliveries of what nobody sent");
    failures.addAll(KillEffect.failures(kills, killsPlanned));
    return failures;
  }

  private static void addIfAny(List<String> failures, long count, String what) {
    if (count > 0) {
      failures.add(count + " " + what);
    }
  }
}
