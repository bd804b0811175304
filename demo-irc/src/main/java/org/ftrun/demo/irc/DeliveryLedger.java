package org.ftrun.demo.irc;

import java.util.BitSet;

/**
 * Who has sent and received what. Each message must reach each other member of its sender's channel
 * once, and those of one sender in the order of their numbers. Not thread-safe.
 */
final class DeliveryLedger {
  private final int clients;
  private final int channels;
  private final int[] sent;
  private final Stream[] streams;
  private long delivered;
  private long doubled;
  private long outOfOrder;
  private long strange;

  /**
   * Creates an empty ledger.
   *
   * @param clients how many clients there are, numbered from 0
   * @param channels how many channels they spread over; see {@link #channelOf}
   */
  DeliveryLedger(int clients, int channels) {
    this.clients = clients;
    this.channels = channels;
    this.sent = new int[clients];
    this.streams = new Stream[clients * clients];
  }

  /** What one receiver has got from one sender. */
  private static final class Stream {
    final BitSet seen = new BitSet();
    int highest = -1;
  }

  /** The channel of a client, 0 to channels - 1. */
  int channelOf(int client) {
    return client % channels;
  }

  /** How many other clients are in the client's channel. */
  private int listenersOf(int client) {
    int channel = channelOf(client);
    int members = clients / channels + (channel < clients % channels ? 1 : 0);
    return members - 1;
  }

  /** Enters a message as sent; returns its number, 0 for the sender's first. */
  int send(int sender) {
    return sent[sender]++;
  }

  /** Enters a message as received. */
  void deliver(int receiver, int sender, int number) {
    if (!wasSentTo(receiver, sender, number)) {
      strange++;
      return;
    }
    int index = receiver * clients + sender;
    if (streams[index] == null) {
      streams[index] = new Stream();
    }
    Stream stream = streams[index];
    if (stream.seen.get(number)) {
      doubled++;
      return;
    }
    stream.seen.set(number);
    delivered++;
    if (number < stream.highest) {
      outOfOrder++;
    } else {
      stream.highest = number;
    }
  }

  /** Enters the receipt of something that no client sent. */
  void deliverStrange() {
    strange++;
  }

  private boolean wasSentTo(int receiver, int sender, int number) {
    return sender >= 0
        && sender < clients
        && sender != receiver
        && channelOf(sender) == channelOf(receiver)
        && number >= 0
        && number < sent[sender];
  }

  /** The books as they stand. */
  Tally tally() {
    long messages = 0;
    long expected = 0;
    for (int sender = 0; sender < clients; sender++) {
      messages += sent[sender];
      expected += (long) sent[sender] * listenersOf(sender);
    }
    return new Tally(
        messages, expected, delivered, expected - delivered, doubled, outOfOrder, strange);
  }

  /**
   * The sums of a ledger.
   *
   * @param sent messages sent
   * @param expected deliveries that follow from them: one for each other member of the channel
   * @param delivered deliveries made, each counted once
   * @param lost deliveries not made (yet)
   * @param doubled deliveries made again
   * @param outOfOrder deliveries made after one with a higher number of the same sender
   * @param strange deliveries of what was not sent, or not to this receiver
   */
  record Tally(
      long sent,
      long expected,
      long delivered,
      long lost,
      long doubled,
      long outOfOrder,
      long strange) {}
}
