package org.ftrun.tracer.syscall;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.abi.Errno;

/** The commands of one call, found by value. Immutable. */
final class CommandTable {
  private static final Pattern LINE =
      Pattern.compile("(0x[0-9a-f]+|\\d+) (\\w+) (\\w+)([^;]*)(?:; *(.*))?");
  private static final Pattern OUTPUT =
      Pattern.compile("(out|inout):(\\d)\\[(?:(\\d+)|result@(\\d)|ifconf)\\]");

  private final CommandRule[] rules;
  private final long[] values;

  private CommandTable(CommandRule[] rules) {
    this.rules = rules;
    this.values = Arrays.stream(rules).mapToLong(CommandRule::value).toArray();
  }

  /** Reads lines as {@link CommandRows} describes them. */
  static CommandTable parse(String text) {
    CommandRule[] rules =
        text.lines()
            .map(CommandTable::rule)
            .sorted(Comparator.comparingLong(CommandRule::value))
            .toArray(CommandRule[]::new);
    return new CommandTable(rules);
  }

  /** The rule of a command, or null. */
  CommandRule find(long value) {
    int index = Arrays.binarySearch(values, value);
    return index < 0 ? null : rules[index];
  }

  /** All rules in the order of their values. */
  List<CommandRule> rules() {
    return List.of(rules);
  }

  private static CommandRule rule(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalStateException("not a command: " + line);
    }
    Direction direction = Direction.IN;
    int outputArgument = -1;
    SizeRule size = SizeRule.NOTHING;
    SyscallRole role = SyscallRole.PLAIN;
    boolean blocks = false;
    boolean makesDescriptor = false;
    int rewritten = -1;
    long rewrittenValue = 0;
    List<IdRule> ids = new ArrayList<>();
    for (String word : matcher.group(4).trim().split(" +")) {
      Matcher output = OUTPUT.matcher(word);
      IdRule id = IdRule.parse(word);
      if (id != null) {
        ids.add(id);
      } else if (output.matches()) {
        direction = Direction.valueOf(output.group(1).toUpperCase(Locale.ROOT));
        outputArgument = Integer.parseInt(output.group(2));
        size = size(output);
      } else if (word.equals("blocks")) {
        blocks = true;
      } else if (word.equals("makesfd")) {
        makesDescriptor = true;
      } else if (word.startsWith("role=")) {
        role = SyscallRole.valueOf(word.substring(5));
      } else if (word.startsWith("rewrite=")) {
        String[] parts = word.substring(8).split(":");
        rewritten = Integer.parseInt(parts[0]);
        rewrittenValue = Long.parseLong(parts[1]);
      } else if (!word.isEmpty()) {
        throw new IllegalStateException("not a trait: '" + word + "' in: " + line);
      }
    }
    SyscallClass syscallClass = RowParser.classOf(matcher.group(3));
    int errno = syscallClass == SyscallClass.DENY ? Errno.number(matcher.group(3)) : 0;
    String reason = matcher.group(5) == null ? "" : matcher.group(5);
    return new CommandRule(
        Long.decode(matcher.group(1)),
        matcher.group(2),
        new Resolution(
            syscallClass, role, blocks, makesDescriptor, errno, reason, rewritten, rewrittenValue),
        direction,
        outputArgument,
        size,
        List.copyOf(ids));
  }

  private static SizeRule size(Matcher output) {
    if (output.group(3) != null) {
      return new SizeRule(SizeRule.Kind.CONSTANT, -1, Integer.parseInt(output.group(3)));
    }
    if (output.group(4) != null) {
      return new SizeRule(SizeRule.Kind.RESULT, Integer.parseInt(output.group(4)), 1);
    }
    return new SizeRule(SizeRule.Kind.HANDLER, -1, 0);
  }
}
