package org.ftrun.tracer.syscall;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a call has an id that the service and the kernel know by different numbers.
 *
 * @param place where it stands
 * @param kind what it names
 * @param argument the index of the argument that is it, or points to it; -1 for the result
 * @param offset where it stands in the memory, bytes
 */
public record IdRule(Place place, IdKind kind, int argument, int offset) {
  private static final Pattern WORD =
      Pattern.compile("(gives|takes|names|shows)=([a-z_]+)(?::(\\d)(?:\\+(\\d+))?)?");

  /** Where an id stands. */
  public enum Place {
    /** In the result. */
    GIVES,
    /** In an argument. */
    TAKES,
    /** In memory that the kernel reads. */
    NAMES,
    /** In memory that the kernel writes. */
    SHOWS
  }

  /**
   * Reads a trait such as {@code gives=pid}, {@code takes=pid:2}, {@code shows=pid:2+24}.
   *
   * @return null if the word is no such trait
   */
  static IdRule parse(String word) {
    Matcher matcher = WORD.matcher(word);
    if (!matcher.matches()) {
      return null;
    }
    Place place = Place.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
    if (place == Place.GIVES != (matcher.group(3) == null)) {
      throw new IllegalStateException("an id's argument: " + word);
    }
    return new IdRule(
        place,
        IdKind.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
        matcher.group(3) == null ? -1 : Integer.parseInt(matcher.group(3)),
        matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4)));
  }

  /** An argument that is an id. */
  static IdRule taken(IdKind kind, int argument) {
    return new IdRule(Place.TAKES, kind, argument, 0);
  }
}
