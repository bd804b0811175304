package org.ftrun.systemtests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Clients in one channel that say a line in turn, a few of them under way at a time. */
final class IrcConversation implements Conversation {
  private static final int UNDER_WAY = 20;

  private final List<IrcClient> clients = new ArrayList<>();
  private final FtrunProcess server;
  private final Thread talker;
  private volatile boolean finishing;
  private volatile String failure;
  private volatile long said;

  /** Connects and joins all clients, then starts talking. */
  IrcConversation(FtrunProcess server, int port, int count) throws Exception {
    this.server = server;
    this.talker = new Thread(this::talk, "irc-talker");
    try {
      for (int i = 0; i < count; i++) {
        IrcClient client = new IrcClient(Ports.connect(server, port), "client" + i);
        clients.add(client);
        Await.until(
            FtrunProcess.LIMIT,
            () -> "not joined:\n" + server.output() + server.messages(),
            () -> {
              client.check();
              return client.isJoined();
            });
      }
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
    talker.start();
  }

  private void talk() {
    try {
      for (int turn = 0; !finishing; turn = (turn + 1) % clients.size()) {
        clients.get(turn).say();
        said++;
        awaitReceived(UNDER_WAY);
      }
    } catch (Exception | AssertionError e) {
      failure = "talking: " + e.getMessage();
    }
  }

  /** Each line goes to all but its sender. */
  private void awaitReceived(int underWay) throws Exception {
    Await.until(
        FtrunProcess.LIMIT,
        () -> "said " + said + ", received " + progress() + "\n" + server.messages(),
        () -> {
          clients.forEach(IrcClient::check);
          return progress() >= (said - underWay) * (clients.size() - 1)
              || finishing && underWay > 0;
        });
  }

  @Override
  public long progress() {
    return clients.stream().mapToLong(IrcClient::received).sum();
  }

  @Override
  public void check() {
    clients.forEach(IrcClient::check);
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void finish() throws Exception {
    finishing = true;
    talker.join(TimeUnit.SECONDS.toMillis(20));
    check();
    awaitReceived(0);
    if (progress() != said * (clients.size() - 1)) {
      throw new AssertionError("said " + said + " lines, " + progress() + " came");
    }
  }

  @Override
  public void close() throws IOException {
    finishing = true;
    for (IrcClient client : clients) {
      client.close();
    }
  }
}
