package org.ftrun.demo.kit;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * The server that a demo runs.
 *
 * @param name its name as a service of ftrun
 * @param command its program and arguments, so that it stays in the foreground as one process
 * @param address where it listens once it is ready
 */
public record ServerCommand(String name, List<String> command, InetSocketAddress address) {
  /** Keeps its own copy of the command. */
  public ServerCommand {
    command = List.copyOf(command);
  }
}
