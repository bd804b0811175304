package org.ftrun.daemon.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.daemon.service.ServiceStatus;
import org.ftrun.shadow.TcpOptions;

/** A service's status for a person to read. */
final class StatusText {
  private static final String CONNECTION =
      "%-5s %-24s %-24s %-12s %14s %14s %11s %11s %11s %11s  %s%n";

  /** What is shown for what is not known; in place of addresses the service itself says it. */
  private static final String UNKNOWN = "?";

  private StatusText() {}

  /** One line, for the list; of a reason with several lines, such as a divergence, the first. */
  static String line(ServiceStatus status) {
    String reason = status.unprotectedReason() == null ? "" : status.unprotectedReason();
    String primary = status.primary() == null ? "-" : "pid " + status.primary().pid();
    return String.format(
            "%-20s %-12s epoch %-4d %-12s %s",
            status.name(),
            status.state(),
            status.epoch(),
            primary,
            reason.lines().findFirst().orElse(""))
        .stripTrailing();
  }

  /** Several lines. */
  static String full(ServiceStatus status) {
    StringBuilder text = new StringBuilder();
    add(text, "%s is %s, epoch %d", status.name(), status.state(), status.epoch());
    if (status.unprotectedReason() != null) {
      add(text, "  because      %s", status.unprotectedReason());
    }
    if (status.primary() != null) {
      add(
          text,
          "  primary      pid %d%s%s",
          status.primary().pid(),
          core(status.primary().cpu()),
          further(status.primary().processes()));
    }
    for (ServiceStatus.Replica replica : status.replicas()) {
      add(
          text,
          "  replica      pid %d%s, %d events behind%s",
          replica.pid(),
          core(replica.cpu()),
          replica.lagEvents(),
          further(replica.processes()));
    }
    if (status.children() > 0) {
      add(text, "  children     %d, which run natively: not protected", status.children());
    }
    add(text, "  connections  %s", status.connections() < 0 ? "not known" : status.connections());
    add(
        text,
        "  events       %d, %d by the slow path, %d bytes of log",
        status.events(),
        status.slowPathEvents(),
        status.logBytes());
    if (status.sites() != null) {
      add(
          text,
          "  call sites   %d on the fast path, %d that cannot be",
          status.sites().fast(),
          status.sites().slow());
    }
    add(text, "  divergences  %d", status.divergences());
    add(
        text,
        "  settlements  %d confirmed by the kernel's counters, %d contradicted, %d decided by them",
        status.settlements().agreed(),
        status.settlements().disagreed(),
        status.settlements().decided());
    if (!status.seedings().isEmpty()) {
      add(
          text,
          "  seedings     %d, the primary stood still for %.3f ms at the last",
          status.seedings().size(),
          status.seedings().get(status.seedings().size() - 1).micros() / 1e3);
    }
    add(text, "  takeovers    %d", status.takeovers().size());
    for (ServiceStatus.Takeover takeover : status.takeovers()) {
      add(
          text,
          "    epoch %d: %s, %d events drained, %.3f ms",
          takeover.epoch(),
          takeover.cause(),
          takeover.drainedEvents(),
          takeover.micros() / 1e3);
    }
    return text.toString();
  }

  /** Processes beside the root. */
  private static String further(List<Integer> processes) {
    return processes.size() < 2
        ? ""
        : processes.stream()
            .skip(1)
            .map(String::valueOf)
            .collect(Collectors.joining(", ", ", with pid ", ""));
  }

  /** A table, one line a connection. */
  static String connections(ConnectionStatus[] connections) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            CONNECTION,
            "fd",
            "local",
            "remote",
            "state",
            "received",
            "sent",
            "recv-isn",
            "send-isn",
            "recv-pos",
            "send-pos",
            "options"));
    for (ConnectionStatus connection : connections) {
      text.append(
          String.format(
              CONNECTION,
              connection.descriptor(),
              connection.local(),
              connection.remote(),
              connection.state(),
              connection.bytesReceived(),
              connection.bytesSent(),
              sequence(connection.initialReceiveSequence()),
              sequence(connection.initialSendSequence()),
              sequence(connection.receivePosition()),
              sequence(connection.sendPosition()),
              options(connection.options())));
    }
    return text.toString();
  }

  private static String sequence(long number) {
    return number < 0 ? UNKNOWN : Long.toString(number);
  }

  /** In the words of ss(8): the window scales are those of the peer and ours. */
  private static String options(TcpOptions options) {
    if (options == null) {
      return UNKNOWN;
    }
    StringBuilder text = new StringBuilder("mss:").append(options.maximumSegmentSize());
    if (options.windowScaling()) {
      text.append(" wscale:").append(options.sendWindowScale());
      text.append(',').append(options.receiveWindowScale());
    }
    text.append(options.selectiveAcknowledgements() ? " sack" : "");
    return text.append(options.timestamps() ? " ts" : "").toString();
  }

  private static String core(int core) {
    return core < 0 ? "" : " on core " + core;
  }

  private static void add(StringBuilder text, String format, Object... values) {
    text.append(String.format(format, values)).append('\n');
  }
}
