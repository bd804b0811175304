package org.ftrun.demo.streaming;

import java.util.Optional;
import org.ftrun.demo.kit.DemoException;
import org.ftrun.demo.kit.ServerCommand;

/** A server that the demo can run, and how the original comes to its clients. */
interface StreamingServer extends AutoCloseable {
  /** The program that serves. */
  ServerCommand command();

  /** What clients ask for. */
  String path();

  /** Behind how many bytes a client has the whole original though the server goes on. */
  long end();

  /** The server listens: what it needs before it has clients. */
  void prepare() throws DemoException, InterruptedException;

  /** So many clients are about to connect; returns when the stream has begun. */
  void begin(int clients) throws DemoException, InterruptedException;

  /** What went wrong beside the clients' receptions, one line. */
  Optional<String> failure();

  @Override
  void close();
}
