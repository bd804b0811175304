package org.ftrun.daemon.cli;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.ftrun.daemon.service.ServiceOptions.ReplicaWait;

/**
 * The cores of the two members.
 *
 * @param primary the primary's core
 * @param replica the replica's core
 */
record CoreChoice(int primary, int replica) {

  /**
   * Checks the cores that were asked for and fills in those that were not.
   *
   * @param wantedPrimary the core asked for, or null
   * @param wantedReplica the core asked for, or null
   * @param leastBusyFirst the cores that may be used, at least one
   * @throws UserError if a core asked for does not exist or may not be used
   */
  static CoreChoice of(Integer wantedPrimary, Integer wantedReplica, List<Integer> leastBusyFirst)
      throws UserError {
    int primary = wantedPrimary != null ? wantedPrimary : firstBut(wantedReplica, leastBusyFirst);
    int replica = wantedReplica != null ? wantedReplica : firstBut(primary, leastBusyFirst);
    return new CoreChoice(primary, replica);
  }

  /** Checks a core that was asked for; null passes. */
  static void check(String option, Integer core, SortedSet<Integer> allowed) throws UserError {
    if (core != null && !allowed.contains(core)) {
      throw new UserError(
          UserError.USAGE,
          option + ": there is no core " + core + " that ftrun may use; usable: " + allowed);
    }
  }

  private static int firstBut(Integer taken, List<Integer> cores) {
    return cores.stream().filter(core -> !core.equals(taken)).findFirst().orElse(cores.get(0));
  }

  /** What the user should know about the choice. */
  Optional<String> warning() {
    return primary == replica
        ? Optional.of(
            "primary and replica share core "
                + primary
                + ": the service gets half of it and a takeover takes longer")
        : Optional.empty();
  }

  /**
   * How the replica waits unless the user says. Sleeping spins and yields first, so under load it
   * costs no latency; an idle service must not keep a core busy, however many there are.
   */
  static ReplicaWait defaultWait() {
    return ReplicaWait.SLEEP;
  }
}
