package org.ftrun.daemon.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a size such as 64M: 1M to 4G, rounded up to a power of two. */
final class LogSize implements ITypeConverter<Long> {
  static final long SMALLEST = 1L << 20;
  static final long LARGEST = 4L << 30;
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,10})([KMG]?)");

  @Override
  public Long convert(String text) {
    Matcher size = SIZE.matcher(text.toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      throw new TypeConversionException("'" + text + "' is not a size such as 64M or 1G");
    }
    int shift = 10 * " KMG".indexOf(size.group(2).isEmpty() ? " " : size.group(2));
    long bytes = Long.parseLong(size.group(1)) << shift;
    if (bytes < SMALLEST || bytes > LARGEST) {
      throw new TypeConversionException("'" + text + "' is not between 1M and 4G");
    }
    long highest = Long.highestOneBit(bytes);
    return highest == bytes ? bytes : highest << 1;
  }
}
