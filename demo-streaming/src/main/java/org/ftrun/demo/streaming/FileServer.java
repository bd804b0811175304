package org.ftrun.demo.streaming;

import java.util.Optional;
import org.ftrun.demo.kit.ServerCommand;

/** nginx, which has the original as a file and sends it to each client at a bit rate. */
record FileServer(ServerCommand command, String path) implements StreamingServer {
  @Override
  public long end() {
    return Long.MAX_VALUE; // it tells how long the file is
  }

  @Override
  public void prepare() {
    // It is ready when it listens.
  }

  @Override
  public void begin(int clients) {
    // It begins with each client as that comes.
  }

  @Override
  public Optional<String> failure() {
    return Optional.empty();
  }

  @Override
  public void close() {
    // Nothing was opened.
  }
}
