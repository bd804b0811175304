package org.ftrun.tracer.syscall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ftrun.tracer.abi.Errno;

/** Writes the reference page of the system calls, docs/syscalls.md, from the table. */
public final class SyscallReference {
  private static final String HEAD =
      """
      # System calls

      What ftrun does with each x86-64 system call of Linux 6.18. This page is generated from the
      table in `SyscallRows.java` and `CommandRows.java`; do not edit it.

      | class | primary | replica |
      |---|---|---|
      | FORWARD | executes | result and outputs injected |
      | BOTH | executes | executes, the results must be equal |
      | RENDEZVOUS | executes after the replica caught up | executes in step, or is made anew |
      | DENY | gets the error given | the same |
      | END_PROTECTION | executes and serves on alone | dropped, with the reason |

      Arguments: `<` marks what the kernel reads from memory, `>` what it writes, `<>` both, followed
      by the size in bytes. In brackets after a place, such as an argument and an offset, is what id
      stands there: the kernel has the real ones, the service the virtual. `r` is the result; a size `r, max n` is bounded by the argument n.
      A number that is not listed counts as END_PROTECTION.

      | number | name | class | arguments | may block | reason |
      |---:|---|---|---|---|---|
      """;

  private SyscallReference() {}

  /**
   * Writes the page.
   *
   * @param arguments the file to write
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: SyscallReference FILE");
      System.exit(2);
    }
    Files.writeString(Path.of(arguments[0]), page());
  }

  /** The page's text. */
  public static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (SyscallRow row : SyscallTable.rows()) {
      if (SyscallTable.isListed(row)) {
        appendRow(page, row);
      }
    }
    for (SyscallRow row : SyscallTable.rows()) {
      row.irregular().ifPresent(irregular -> appendCommands(page, row, Commands.list(irregular)));
    }
    return page.toString();
  }

  private static void appendRow(StringBuilder page, SyscallRow row) {
    List<String> arguments = new ArrayList<>();
    for (ArgumentRule rule : row.arguments()) {
      arguments.add(argument(row, rule));
    }
    arguments.addAll(ids(row, row.ids()));
    appendCells(
        page,
        Integer.toString(row.number()),
        row.name(),
        className(row.resolution()) + row.irregular().map(SyscallReference::handler).orElse(""),
        String.join(", ", arguments),
        row.mayBlock() ? "yes" : "",
        row.reason());
  }

  private static String handler(Irregular irregular) {
    return switch (irregular) {
      case IOCTL, FCNTL, PRCTL, ARCH_PRCTL, SEMCTL, SHMCTL, MSGCTL, KEYCTL, MADVISE, FUTEX ->
          ", by command";
      case MMAP, CLONE, CLOSE_RANGE, PRLIMIT, ABOUT_PROCESS, GETSOCKOPT -> ", by arguments";
      case RECVMSG, RECVMMSG, SENDMMSG, MSGRCV, FILE_HANDLE, CAPABILITIES, XATTR_ARGS, STATMOUNT ->
          "";
    };
  }

  private static String className(Resolution resolution) {
    return resolution.syscallClass() == SyscallClass.DENY
        ? "DENY " + Errno.name(resolution.deniedErrno())
        : resolution.syscallClass().name();
  }

  private static String argument(SyscallRow row, ArgumentRule rule) {
    return switch (rule.kind()) {
      case VALUE, ADDRESS -> rule.name();
      case DESCRIPTOR -> rule.name() + " (fd)";
      case PID -> rule.name() + " (pid)";
      case SIGNAL -> rule.name() + " (signal)";
      case PATH -> rule.name() + " < string";
      case POINTER ->
          (rule.name() + " " + sign(rule.direction()) + " " + size(row, rule.size())).trim()
              + written(rule.written());
    };
  }

  /** Where ids stand that the rest of the line does not show. */
  private static List<String> ids(SyscallRow row, List<IdRule> ids) {
    List<String> found = new ArrayList<>();
    for (IdRule id : ids) {
      String kind = " (" + id.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ') + ")";
      if (id.place() == IdRule.Place.GIVES) {
        found.add("r" + kind);
      } else if (id.place() != IdRule.Place.TAKES) {
        String name = row.arguments().get(id.argument()).name();
        found.add(name + "+" + id.offset() + kind);
      }
    }
    return found;
  }

  private static String sign(Direction direction) {
    return switch (direction) {
      case IN -> "<";
      case OUT -> ">";
      case INOUT -> "<>";
    };
  }

  private static String written(WrittenWhen written) {
    return switch (written) {
      case ON_SUCCESS -> "";
      case ON_INTERRUPTION -> " if interrupted";
      case UNLESS_REFUSED -> " also if interrupted";
      case ALWAYS -> " also on error";
    };
  }

  private static String size(SyscallRow row, SizeRule size) {
    String name = size.argument() < 0 ? "" : row.arguments().get(size.argument()).name();
    String times = size.unit() == 1 ? "" : " x " + size.unit();
    return switch (size.kind()) {
      case NONE -> "";
      case CONSTANT -> Integer.toString(size.unit());
      case ARGUMENT -> name + times;
      case BITS -> name + " bits";
      case PAGES -> "a byte a page of " + name;
      case RESULT -> "r" + times + ", max " + name;
      case STRING -> "string";
      case SOCKLEN -> "as *" + name;
      case IOVEC -> name + " iovecs";
      case MSGHDR -> "msghdr";
      case MMSGHDR -> name + " msghdrs";
      case HANDLER -> "by handler";
    };
  }

  private static void appendCommands(
      StringBuilder page, SyscallRow row, List<CommandRule> commands) {
    if (commands.isEmpty()) {
      return;
    }
    page.append("\n## Commands of ").append(row.name()).append("\n\n");
    page.append(
        "| value | name | class | output | may block | reason |\n|---:|---|---|---|---|---|\n");
    for (CommandRule command : commands) {
      appendCells(
          page,
          command.value() > 0xfff
              ? "0x" + Long.toHexString(command.value())
              : Long.toString(command.value()),
          command.name(),
          className(command.resolution()),
          Stream.concat(output(row, command).stream(), ids(row, command.ids()).stream())
              .collect(Collectors.joining(", ")),
          command.resolution().mayBlock() ? "yes" : "",
          command.resolution().reason());
    }
    if (row.irregularOrNull() == Irregular.IOCTL) {
      page.append(
          "\nOther requests: by the direction and size in the request number; without a size they"
              + " end protection.\n");
    }
  }

  private static Optional<String> output(SyscallRow row, CommandRule command) {
    if (command.outputArgument() < 0) {
      return Optional.empty();
    }
    return Optional.of(
        row.arguments().get(command.outputArgument()).name()
            + " "
            + sign(command.direction())
            + " "
            + size(row, command.size()));
  }

  private static void appendCells(StringBuilder page, String... cells) {
    page.append(Arrays.stream(cells).collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
