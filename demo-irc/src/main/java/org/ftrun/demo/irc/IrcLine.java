package org.ftrun.demo.irc;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of the IRC protocol (RFC 2812, section 2.3.1).
 *
 * @param nick the nickname or server name it comes from; empty if the line names no origin
 * @param command the command or three-digit reply, as sent
 * @param parameters the parameters, the trailing one without its colon
 */
record IrcLine(String nick, String command, List<String> parameters) {

  /** Parses a line without its CR LF. Whatever is missing comes out empty. */
  static IrcLine parse(String line) {
    String rest = line;
    String nick = "";
    if (rest.startsWith(":")) {
      int space = indexOrEnd(rest, ' ', 0);
      String origin = rest.substring(1, space);
      nick = origin.substring(0, indexOrEnd(origin, '!', 0));
      rest = rest.substring(space).stripLeading();
    }
    List<String> words = new ArrayList<>();
    while (!rest.isEmpty()) {
      if (rest.startsWith(":") && !words.isEmpty()) {
        words.add(rest.substring(1));
        break;
      }
      int space = indexOrEnd(rest, ' ', 0);
      words.add(rest.substring(0, space));
      rest = rest.substring(space).stripLeading();
    }
    if (words.isEmpty()) {
      return new IrcLine(nick, "", List.of());
    }
    return new IrcLine(nick, words.get(0), List.copyOf(words.subList(1, words.size())));
  }

  private static int indexOrEnd(String text, char wanted, int from) {
    int index = text.indexOf(wanted, from);
    return index < 0 ? text.length() : index;
  }

  /** The last parameter, which carries the text of a message; empty if there is none. */
  String text() {
    return parameters.isEmpty() ? "" : parameters.get(parameters.size() - 1);
  }

  /** Whether the server refuses something: ERROR, or a reply from 400 to 599. */
  boolean isRefusal() {
    return command.equals("ERROR")
        || (command.length() == 3 && (command.charAt(0) == '4' || command.charAt(0) == '5'));
  }
}
