package org.ftrun.demo.irc;

import java.util.Optional;

/**
 * The text of a message: who sends it, its number, when it was due.
 *
 * @param sender index of the sending client
 * @param number 0 for the sender's first message
 * @param dueNanos {@link System#nanoTime()} at which it was to be sent
 */
record NumberedMessage(int sender, int number, long dueNanos) {
  private static final String MARK = "ftrun-demo";

  /** The text as it goes over the wire. */
  String text() {
    return MARK + " " + sender + " " + number + " " + dueNanos;
  }

  /** Parses the text; empty if it is not exactly what {@link #text()} makes. */
  static Optional<NumberedMessage> parse(String text) {
    String[] words = text.split(" ");
    if (words.length != 4 || !words[0].equals(MARK)) {
      return Optional.empty();
    }
    try {
      NumberedMessage message =
          new NumberedMessage(
              Integer.parseInt(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3]));
      return message.text().equals(text) ? Optional.of(message) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
