package org.ftrun.benchmarks.paired;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ftrun.demo.kit.DemoException;

/** Which core does what: the clients share the replica's unless told otherwise. */
record Cores(int server, int replica, int client) {
  private static final int MOST_ATTEMPTS = 10;

  /**
   * The first two cores that this process may use; on a single core, that one.
   *
   * @param client the clients' core, null for the replica's
   */
  static Cores choose(Integer client) throws DemoException {
    List<Integer> allowed = allowed();
    int replica = allowed.get(Math.min(1, allowed.size() - 1));
    return new Cores(allowed.get(0), replica, client == null ? replica : client);
  }

  /** The same with the clients on a replica's core, if they share it: roles swap cores. */
  Cores withReplicaOn(int core) {
    return client == replica ? new Cores(server, core, core) : this;
  }

  /** From the line "Cpus_allowed_list: 0-1,4" of proc(5)'s status. */
  private static List<Integer> allowed() throws DemoException {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("Cpus_allowed_list:")) {
          List<Integer> cores = new ArrayList<>();
          for (String range : line.substring(line.indexOf(':') + 1).strip().split(",")) {
            String[] ends = range.split("-");
            for (int i = Integer.parseInt(ends[0]);
                i <= Integer.parseInt(ends[ends.length - 1]);
                i++) {
              cores.add(i);
            }
          }
          return cores;
        }
      }
    } catch (IOException e) {
      throw new DemoException("cannot read /proc/self/status: " + e.getMessage(), e);
    }
    throw new DemoException("/proc/self/status names no cores");
  }

  /** Lets this process, and those that it starts, run on the clients' core only. */
  void pinClients() throws DemoException, InterruptedException {
    for (int attempt = 1; !pinThreads(); attempt++) {
      if (attempt == MOST_ATTEMPTS) {
        throw new DemoException("cannot run clients on core " + client);
      }
    }
  }

  /** False if it has not worked for all threads: one may have ended meanwhile. */
  private boolean pinThreads() throws DemoException, InterruptedException {
    String pid = Long.toString(ProcessHandle.current().pid());
    try {
      Process taskset =
          new ProcessBuilder("taskset", "-a", "-c", "-p", "" + client, pid)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!taskset.waitFor(10, TimeUnit.SECONDS) || taskset.exitValue() != 0) {
        taskset.destroyForcibly();
        return false;
      }
      return true;
    } catch (IOException e) {
      throw new DemoException("cannot run taskset: " + e.getMessage(), e);
    }
  }
}
