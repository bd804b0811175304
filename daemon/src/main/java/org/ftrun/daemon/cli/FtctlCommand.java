package org.ftrun.daemon.cli;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.ftrun.daemon.control.ControlClient;
import org.ftrun.daemon.control.ControlException;
import org.ftrun.daemon.control.ControlRequest;
import org.ftrun.daemon.control.RunDirectory;
import org.ftrun.daemon.service.ConnectionStatus;
import org.ftrun.daemon.service.ServiceStatus;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of ftctl. */
@Command(
    name = "ftctl",
    customSynopsis = {
      "ftctl [--run-dir DIR] list",
      "       ftctl [--run-dir DIR] NAME status|connections [--json]",
      "       ftctl [--run-dir DIR] NAME takeover|protect|unprotect|stop"
    },
    description = "Shows and controls services that run under ftrun.",
    footer = {
      "",
      "takeover: the replica becomes the primary, the old primary ends.",
      "protect: refused for now, a running service is not protected again.",
      "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 no such service."
    },
    sortOptions = false,
    versionProvider = CommandLines.Version.class)
final class FtctlCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int NO_SUCH_SERVICE = 3;

  /** A takeover may have a full log to drain; nothing else takes long. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final Duration LIST_LIMIT = Duration.ofSeconds(2);

  private final PrintStream out;
  private final PrintStream error;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Control sockets (/run/ftrun, or $XDG_RUNTIME_DIR/ftrun unless root)")
  private Path runDirectory;

  @Option(names = "--json", description = "Print JSON")
  private boolean json;

  @Option(names = "--help", usageHelp = true, description = "Print this help")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Print the version")
  private boolean version;

  @Parameters(hidden = true, arity = "0..*")
  private List<String> words = List.of();

  private FtctlCommand(PrintStream out, PrintStream error) {
    this.out = out;
    this.error = error;
  }

  /** Runs ftctl and returns its exit status. */
  static int run(PrintStream out, PrintStream error, String... arguments) {
    CommandLine line = new CommandLine(new FtctlCommand(out, error));
    return CommandLines.run(line, FAILED, out, error, arguments);
  }

  @Override
  public Integer call() throws UserError {
    boolean list = words.equals(List.of("list"));
    if (!list && words.size() != 2) {
      throw new UserError(UserError.USAGE, "say list, or NAME and a command (see ftctl --help)");
    }
    ControlRequest request = list ? ControlRequest.STATUS : requestOf(words.get(1));
    if (json && request != ControlRequest.STATUS && request != ControlRequest.CONNECTIONS) {
      throw new UserError(UserError.USAGE, "--json goes with status and connections only");
    }
    if (json && list) {
      throw new UserError(UserError.USAGE, "--json goes with status and connections only");
    }
    try {
      RunDirectory directory =
          RunDirectory.choose(runDirectory, Host.current().root(), System.getenv());
      if (list) {
        list(directory);
      } else {
        print(request, ControlClient.request(directory, words.get(0), request, LIMIT));
      }
      return 0;
    } catch (ControlException e) {
      boolean none = e.category() == ControlException.Category.NO_SUCH_SERVICE;
      throw new UserError(none ? NO_SUCH_SERVICE : FAILED, e.getMessage());
    }
  }

  private static ControlRequest requestOf(String word) throws UserError {
    return ControlRequest.ofWord(word)
        .orElseThrow(
            () ->
                new UserError(
                    UserError.USAGE, "unknown command '" + word + "' (see ftctl --help)"));
  }

  private void list(RunDirectory directory) throws ControlException {
    for (String name : directory.names()) {
      try {
        JsonElement reply =
            ControlClient.request(directory, name, ControlRequest.STATUS, LIST_LIMIT);
        out.println(StatusText.line(new Gson().fromJson(reply, ServiceStatus.class)));
      } catch (ControlException e) {
        if (e.category() != ControlException.Category.NO_SUCH_SERVICE) {
          error.println("ftctl: " + e.getMessage());
        }
      }
    }
  }

  private void print(ControlRequest request, JsonElement reply) {
    if (json) {
      out.println(reply);
    } else if (request == ControlRequest.STATUS) {
      out.print(StatusText.full(new Gson().fromJson(reply, ServiceStatus.class)));
    } else if (request == ControlRequest.CONNECTIONS) {
      JsonArray connections = reply.getAsJsonArray();
      out.print(StatusText.connections(new Gson().fromJson(connections, ConnectionStatus[].class)));
    }
  }
}
