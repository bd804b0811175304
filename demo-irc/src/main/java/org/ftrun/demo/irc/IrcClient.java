package org.ftrun.demo.irc;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.Locale;

/**
 * One IRC client: registers, joins its channel, answers PING, sends what it is told and reports
 * what it gets. It never connects again. Confined to the event loop.
 */
final class IrcClient extends SimpleChannelInboundHandler<String> {

  /** What the client reports, always on the event loop. */
  interface Listener {
    /** The client is in its channel. */
    void joined(IrcClient client);

    /** Somebody said something in the channel. */
    void heard(IrcClient client, IrcLine line);

    /** The connection ended although the client had not left; once at most. */
    void disconnected(IrcClient client, String reason);
  }

  private enum State {
    /** Nickname and user were sent. */
    REGISTERING,
    /** The server has welcomed us; JOIN was sent. */
    JOINING,
    /** In the channel. */
    JOINED,
    /** We said QUIT. */
    LEAVING,
    /** The connection is closed. */
    CLOSED
  }

  private final int index;
  private final String channelName;
  private final Listener listener;
  private State state = State.REGISTERING;
  private String lastRefusal = "";
  private ChannelHandlerContext context;

  /**
   * Creates a client.
   *
   * @param index its number, from 0; its nickname follows from it
   * @param channelName the channel to join, such as #demo1
   */
  IrcClient(int index, String channelName, Listener listener) {
    this.index = index;
    this.channelName = channelName;
    this.listener = listener;
  }

  static String nickOf(int index) {
    return String.format(Locale.ROOT, "c%04d", index);
  }

  int index() {
    return index;
  }

  boolean isJoined() {
    return state == State.JOINED;
  }

  void say(String text) {
    send("PRIVMSG " + channelName + " :" + text);
  }

  void leave() {
    if (state != State.CLOSED) {
      state = State.LEAVING;
      send("QUIT :done");
    }
  }

  private void send(String line) {
    context.writeAndFlush(line + "\r\n", context.voidPromise());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    this.context = context;
    send("NICK " + nickOf(index));
    send("USER demo 0 * :ftrun demo client");
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, String text) {
    IrcLine line = IrcLine.parse(text);
    switch (line.command()) {
      case "PING" -> send("PONG :" + line.text());
      case "PRIVMSG" -> listener.heard(this, line);
      case "001" -> {
        state = State.JOINING;
        send("JOIN " + channelName);
      }
      // End of the list of names: the last reply to JOIN.
      case "366" -> {
        if (state == State.JOINING) {
          state = State.JOINED;
          listener.joined(this);
        }
      }
      default -> {
        // 422 says that there is no message of the day, which is no refusal.
        if (line.isRefusal() && !line.command().equals("422")) {
          lastRefusal = line.command() + " " + line.text();
        }
      }
    }
  }

  /**
   * Acknowledges at once what was read. ngircd leaves Nagle's algorithm on, so a delayed
   * acknowledgement would hold its next message back for up to 40 ms, and the latencies would tell
   * of that timer. The kernel forgets the option again by itself (tcp(7)), hence after each read.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    ((EpollSocketChannel) context.channel()).config().setTcpQuickAck(true);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end(lastRefusal.isEmpty() ? "connection closed" : lastRefusal);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(String.valueOf(cause.getMessage()));
    context.close();
  }

  private void end(String reason) {
    State old = state;
    state = State.CLOSED;
    if (old != State.LEAVING && old != State.CLOSED) {
      listener.disconnected(this, reason);
    }
  }
}
