package org.ftrun.demo.kit;

import java.time.Duration;
import java.util.List;

/** The server without ftrun: when its process dies, that is the end of it. */
public final class NativeServer implements DemoServer {
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  private final ServerCommand server;
  private final ServerProcess process;

  private NativeServer(ServerCommand server, ServerProcess process) {
    this.server = server;
    this.process = process;
  }

  /** Starts the server. */
  public static NativeServer start(ServerCommand server, Workspace workspace) throws DemoException {
    return new NativeServer(server, ServerProcess.start(workspace, "server.log", server.command()));
  }

  @Override
  public String manner() {
    return "natively";
  }

  @Override
  public void awaitReady() throws DemoException, InterruptedException {
    process.awaitListening(server.address(), START_LIMIT);
  }

  @Override
  public Victim kill() throws DemoException {
    process.requireAlive();
    ProcessHandle handle = ProcessHandle.of(process.pid()).orElseThrow();
    long atNanos = System.nanoTime();
    handle.destroyForcibly();
    return new Victim(process.pid(), atNanos);
  }

  @Override
  public long awaitTakeover(Duration patience) throws DemoException {
    throw new DemoException("nothing takes over without ftrun");
  }

  @Override
  public List<String> lastWords() {
    return List.of();
  }

  @Override
  public void close() {
    process.stop();
  }
}
