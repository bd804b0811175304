package org.ftrun.tracer.syscall;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ftrun.tracer.abi.Errno;

/**
 * Reads one line of {@link SyscallRows}; the notation is described there. A line that does not
 * follow it is a programming error and fails the class initialisation.
 */
final class RowParser {
  private static final Pattern LINE =
      Pattern.compile("(\\d+) +(\\w+) +(\\w+)([^|;]*)(?:\\|([^;]*))?(?:; *(.*))?");
  private static final Pattern ARGUMENT =
      Pattern.compile("(\\w+):(in|out|inout|[a-z]+)([!?~]?)(?:\\[([^\\]]*)\\])?");
  private static final Pattern SIZE = Pattern.compile("(\\d+|[a-z]+)?(?:\\*(\\d+))?(?:@(\\w+))?");

  private static final Map<String, SyscallClass> CLASSES =
      Map.of(
          "FORWARD", SyscallClass.FORWARD,
          "BOTH", SyscallClass.BOTH,
          "RENDEZVOUS", SyscallClass.RENDEZVOUS,
          "END", SyscallClass.END_PROTECTION);

  private final String line;
  private final List<String> names = new ArrayList<>();

  private SyscallRole role = SyscallRole.PLAIN;
  private boolean blocks;
  private boolean consumes;
  private boolean transfers;
  private boolean makesDescriptor;
  private Irregular irregular;
  private int timeoutArgument = -1;
  private TimeoutUnit timeoutUnit = TimeoutUnit.NONE;
  private int maskArgument = -1;
  private TemporaryMask mask = TemporaryMask.NONE;
  private final List<IdRule> ids = new ArrayList<>();

  private RowParser(String line) {
    this.line = line;
  }

  static SyscallRow parse(String line) {
    return new RowParser(line).row();
  }

  /** The class that a word of the table stands for: the name of an error is DENY. */
  static SyscallClass classOf(String word) {
    return CLASSES.getOrDefault(word, SyscallClass.DENY);
  }

  private SyscallRow row() {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw malformed("a row", line);
    }
    String className = matcher.group(3);
    SyscallClass syscallClass = classOf(className);
    int deniedErrno = syscallClass == SyscallClass.DENY ? Errno.number(className) : 0;
    String[] tokens = words(matcher.group(4));
    for (String token : tokens) {
      names.add(token.substring(0, Math.max(0, token.indexOf(':'))));
    }
    List<ArgumentRule> arguments = new ArrayList<>();
    for (String token : tokens) {
      arguments.add(argument(token));
    }
    for (String trait : words(matcher.group(5))) {
      trait(trait);
    }
    String reason = matcher.group(6) == null ? "" : matcher.group(6).trim();
    return new SyscallRow(
        Integer.parseInt(matcher.group(1)),
        matcher.group(2),
        syscallClass,
        deniedErrno,
        arguments,
        new RowTraits(
            role,
            blocks,
            consumes,
            transfers,
            makesDescriptor,
            irregular,
            timeoutArgument,
            timeoutUnit,
            maskArgument,
            mask,
            List.copyOf(ids)),
        reason);
  }

  private static String[] words(String text) {
    return text == null || text.isBlank() ? new String[0] : text.trim().split(" +");
  }

  private ArgumentRule argument(String token) {
    Matcher matcher = ARGUMENT.matcher(token);
    if (!matcher.matches()) {
      throw malformed("an argument", token);
    }
    String name = matcher.group(1);
    String type = matcher.group(2);
    WrittenWhen written = WrittenWhen.of(matcher.group(3));
    SizeRule size = matcher.group(4) == null ? SizeRule.NOTHING : size(matcher.group(4));
    return switch (type) {
      case "short" -> value(name, ArgumentKind.VALUE, 16);
      case "int" -> value(name, ArgumentKind.VALUE, 32);
      case "long" -> value(name, ArgumentKind.VALUE, 64);
      case "fd" -> value(name, ArgumentKind.DESCRIPTOR, 32);
      case "pid" -> id(name, IdKind.PID);
      case "pgid" -> id(name, IdKind.GROUP);
      case "pidgroup" -> id(name, IdKind.PID_OR_GROUP);
      case "who" -> id(name, IdKind.PRIORITY_WHO);
      case "id" -> id(name, IdKind.ID_OF_TYPE);
      case "clock" -> clock(name);
      case "sig" -> value(name, ArgumentKind.SIGNAL, 32);
      case "addr" -> value(name, ArgumentKind.ADDRESS, 64);
      case "path" ->
          new ArgumentRule(
              name, ArgumentKind.PATH, Direction.IN, size("str"), 64, WrittenWhen.ON_SUCCESS);
      case "in", "out", "inout" ->
          new ArgumentRule(
              name,
              ArgumentKind.POINTER,
              Direction.valueOf(type.toUpperCase(Locale.ROOT)),
              size,
              64,
              written);
      default -> throw malformed("a type", type);
    };
  }

  private ArgumentRule id(String name, IdKind kind) {
    ids.add(IdRule.taken(kind, index(name)));
    return value(name, ArgumentKind.PID, 32);
  }

  private ArgumentRule clock(String name) {
    ids.add(IdRule.taken(IdKind.CLOCK, index(name)));
    return value(name, ArgumentKind.VALUE, 32);
  }

  private static ArgumentRule value(String name, ArgumentKind kind, int bits) {
    return new ArgumentRule(
        name, kind, Direction.IN, SizeRule.NOTHING, bits, WrittenWhen.ON_SUCCESS);
  }

  private SizeRule size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw malformed("a size", text);
    }
    String word = matcher.group(1) == null ? "count" : matcher.group(1);
    int unit = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
    int argument = matcher.group(3) == null ? -1 : index(matcher.group(3));
    return switch (word) {
      case "count" -> new SizeRule(SizeRule.Kind.ARGUMENT, required(argument, text), unit);
      case "bits" -> new SizeRule(SizeRule.Kind.BITS, required(argument, text), 1);
      case "pages" -> new SizeRule(SizeRule.Kind.PAGES, required(argument, text), 1);
      case "result" -> new SizeRule(SizeRule.Kind.RESULT, required(argument, text), unit);
      case "str" -> new SizeRule(SizeRule.Kind.STRING, -1, 1);
      case "socklen" -> new SizeRule(SizeRule.Kind.SOCKLEN, required(argument, text), 1);
      case "iov" -> new SizeRule(SizeRule.Kind.IOVEC, required(argument, text), 1);
      case "msg" -> new SizeRule(SizeRule.Kind.MSGHDR, -1, 1);
      case "mmsg" -> new SizeRule(SizeRule.Kind.MMSGHDR, required(argument, text), 1);
      case "handler" -> new SizeRule(SizeRule.Kind.HANDLER, -1, 0);
      default -> new SizeRule(SizeRule.Kind.CONSTANT, -1, Integer.parseInt(word));
    };
  }

  private int required(int argument, String text) {
    if (argument < 0) {
      throw malformed("a size without its argument", text);
    }
    return argument;
  }

  private int index(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw malformed("an argument's name", name);
    }
    return index;
  }

  private void trait(String word) {
    IdRule id = IdRule.parse(word);
    if (id != null) {
      ids.add(id);
      return;
    }
    int equals = word.indexOf('=');
    String key = equals < 0 ? word : word.substring(0, equals);
    String value = equals < 0 ? "" : word.substring(equals + 1);
    switch (key) {
      case "blocks" -> blocks = true;
      case "consumes" -> consumes = true;
      case "transfers" -> transfers = true;
      case "makesfd" -> makesDescriptor = true;
      case "role" -> role = SyscallRole.valueOf(value);
      case "by" -> irregular = Irregular.valueOf(value);
      case "ms" -> timeout(value, TimeoutUnit.MILLISECONDS);
      case "timespec" -> timeout(value, TimeoutUnit.TIMESPEC);
      case "timeval" -> timeout(value, TimeoutUnit.TIMEVAL);
      case "mask" -> mask(value, TemporaryMask.DIRECT);
      case "maskpair" -> mask(value, TemporaryMask.PAIR);
      default -> throw malformed("a trait", word);
    }
  }

  private void timeout(String name, TimeoutUnit unit) {
    timeoutArgument = index(name);
    timeoutUnit = unit;
  }

  private void mask(String name, TemporaryMask form) {
    maskArgument = index(name);
    mask = form;
  }

  private IllegalStateException malformed(String what, String text) {
    return new IllegalStateException("not " + what + ": '" + text + "' in: " + line);
  }
}
