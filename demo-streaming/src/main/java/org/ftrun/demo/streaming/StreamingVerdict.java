package org.ftrun.demo.streaming;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ftrun.demo.kit.KillEffect;

/**
 * What came out of a run; also what {@code --json} writes.
 *
 * @param server how the server was run
 * @param kilobits what each client was to get, kbit/s
 * @param mediaBytes the size of the original
 * @param sha256 its hash
 * @param seconds how long the streaming took
 * @param killsPlanned how many kills were asked for
 * @param kills the kills that were tried, and what the clients saw of each
 * @param clients what each client got
 * @param stalls stalls of all clients
 * @param timelines the bit rate around each kill
 * @param passed whether every client got the original and every kill was survived
 * @param failures what speaks against that, a line each; empty if passed
 */
record StreamingVerdict(
    String server,
    int kilobits,
    long mediaBytes,
    String sha256,
    double seconds,
    int killsPlanned,
    List<KillEffect> kills,
    List<Reception.Result> clients,
    int stalls,
    List<BitRateTimeline> timelines,
    boolean passed,
    List<String> failures) {

  /**
   * Lists what speaks against a clean pass.
   *
   * @param mostStalls how many stalls are let pass
   */
  static List<String> failures(
      List<Reception.Result> clients, List<KillEffect> kills, int killsPlanned, int mostStalls) {
    List<String> failures = new ArrayList<>();
    long whole = clients.stream().filter(client -> client.failure() == null).count();
    if (whole < clients.size() || clients.isEmpty()) {
      failures.add(whole + " of " + clients.size() + " clients received the original");
    }
    long cut = clients.stream().filter(StreamingVerdict::wasDisconnected).count();
    if (cut > 0) {
      failures.add(cut + " clients were disconnected in mid-stream");
    }
    int stalls = stalls(clients);
    if (stalls > mostStalls) {
      failures.add(stalls + " stalls, " + mostStalls + " allowed");
    }
    failures.addAll(KillEffect.failures(kills, killsPlanned));
    return failures;
  }

  /** The same, failed for a further reason if there is one. */
  StreamingVerdict with(Optional<String> failure) {
    if (failure.isEmpty()) {
      return this;
    }
    List<String> all = new ArrayList<>(failures);
    all.add(failure.get());
    return new StreamingVerdict(
        server,
        kilobits,
        mediaBytes,
        sha256,
        seconds,
        killsPlanned,
        kills,
        clients,
        stalls,
        timelines,
        false,
        all);
  }

  private static boolean wasDisconnected(Reception.Result client) {
    return client.failure() != null && !client.identical() && client.bytes() > 0;
  }

  static int stalls(List<Reception.Result> clients) {
    return clients.stream().mapToInt(Reception.Result::stalls).sum();
  }
}
