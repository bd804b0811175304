package org.ftrun.tracer.stub;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.ftrun.tracer.syscall.ArgumentKind;
import org.ftrun.tracer.syscall.ArgumentRule;
import org.ftrun.tracer.syscall.IdKind;
import org.ftrun.tracer.syscall.IdRule;
import org.ftrun.tracer.syscall.Irregular;
import org.ftrun.tracer.syscall.SizeRule;
import org.ftrun.tracer.syscall.SyscallClass;
import org.ftrun.tracer.syscall.SyscallRole;
import org.ftrun.tracer.syscall.SyscallRow;
import org.ftrun.tracer.syscall.SyscallTable;
import org.ftrun.tracer.syscall.TemporaryMask;
import org.ftrun.tracer.syscall.TimeoutUnit;

/**
 * The system call table as the stub reads it: an array of struct row (stub.h) for the calls that it
 * can do itself. It can do what is forwarded and nothing else: no call that changes the tracer's
 * model of the process, that the kernel must not see as the service made it, or whose outputs only
 * an irregular handler knows.
 */
public final class FastTable {
  static final int ROWS = 512;
  static final int ROW_BYTES = 64;
  static final int MOST_OUTPUTS = 4;
  static final int MOST_COMMANDS = 4;

  private static final int FAST = 1;
  private static final int CONSUMES = 2;
  private static final int COMMAND = 4;
  private static final int MASK = 8;
  private static final int TIMEOUT = 16;
  private static final int TIMED = 32;
  private static final int NOT_ALL = 64;
  private static final int NOT_TIMES = 128;
  private static final int SETSOCKOPT_OPTION = 2;
  private static final int NO_INDEX = 255;
  private static final int OUTPUTS_OFFSET = 28;
  private static final int COVERED_OFFSET = 62;
  private static final int PAIRED_OFFSET = 63;
  private static final int IDENTITY_OFFSET = 20;
  private static final int PATHS_OFFSET = 21;
  private static final int RULE_CONSTANT = 0;
  private static final int RULE_MESSAGE = 6;
  private static final int RULE_MESSAGES = 7;
  private static final int RULE_SENT = 8;
  private static final int RULE_STRING = 9;

  /**
   * Of calls with commands, those that need no handler: no memory is written beyond the row, and by
   * ioctl an int at most.
   */
  private static final Map<String, Commanded> COMMANDS =
      Map.of(
          "fcntl", new Commanded(1, List.of(1, 2, 3, 4)), // F_GETFD, F_SETFD, F_GETFL, F_SETFL
          "ioctl", new Commanded(1, List.of(0x5421, 0x541b)), // FIONBIO, FIONREAD
          "getsockopt",
              new Commanded(2, List.of(4, 3, 11, 7))); // SO_ERROR, _TYPE, TCP_INFO, _SNDBUF

  /** Index of the flags of receives that a flag of theirs makes wait for all bytes. */
  private static final Map<String, Integer> WAITS_FOR_ALL = Map.of("recvfrom", 3, "recvmsg", 2);

  /** The stub knows message headers. */
  private static final Set<Irregular> MESSAGES =
      Set.of(Irregular.RECVMSG, Irregular.RECVMMSG, Irregular.SENDMMSG);

  /** The tracer keeps account of these, or has something to do around them. */
  private static final Set<String> NEVER =
      Set.of(
          "connect", "getitimer", "rt_sigpending", "signalfd", "signalfd4", "dup", "dup2", "dup3");

  /** SO_RCVTIMEO and SO_SNDTIMEO, each in the old and the new form (asm-generic/socket.h). */
  public static final Set<Integer> SOCKET_TIMES = Set.of(20, 21, 66, 67);

  private static final Map<String, Integer> CLOCKS =
      Map.of("clock_gettime", 1, "gettimeofday", 2, "time", 3);

  private record Commanded(int argument, List<Integer> commands) {}

  private FastTable() {}

  /**
   * Compiles the table.
   *
   * @param details how to make an event's detail for a call's number; null: the stub cannot
   * @param written whether digests cover the bytes that calls hand to the kernel
   */
  public static byte[] compile(IntFunction<DetailRule> details, boolean written) {
    ByteBuffer table = ByteBuffer.allocate(ROWS * ROW_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int number = 0; number < ROWS; number++) {
      SyscallRow row = SyscallTable.row(number);
      DetailRule detail = details.apply(number);
      if (detail != null && isFast(row)) {
        compile(row, detail, table, number * ROW_BYTES);
        if (written) {
          compileInputs(row, table, number * ROW_BYTES);
        }
      }
    }
    return table.array();
  }

  /** Whether the stub can do the call, for some of its arguments at least. */
  public static boolean isFast(SyscallRow row) {
    SyscallRole role = row.role();
    boolean plain = role == SyscallRole.PLAIN || role == SyscallRole.CLOCK;
    boolean regular =
        row.irregularOrNull() == null
            || COMMANDS.containsKey(row.name())
            || MESSAGES.contains(row.irregularOrNull());
    return row.number() < ROWS
        && row.syscallClass() == SyscallClass.FORWARD
        && plain
        && regular
        && !NEVER.contains(row.name())
        && row.ids().stream().allMatch(FastTable::knows)
        && outputs(row).stream().allMatch(output -> outputRule(row, output) >= 0)
        && outputs(row).size() <= MOST_OUTPUTS;
  }

  /** Whether the stub can do a call with such an id, or knows when it has none. */
  private static boolean knows(IdRule id) {
    // Control data are received by the tracer only; getsockopt's commands have no ids.
    return identity(id) != 0 || id.kind() == IdKind.CREDENTIALS || id.kind() == IdKind.PEER;
  }

  /** ID_PROCESS and so on of stub.h, 0: none of them. */
  private static int identity(IdRule id) {
    return switch (id.kind()) {
      case PROCESS -> 1;
      case THREAD -> 2;
      case PARENT -> 3;
      case SIGNALFD -> 4;
      case CREDENTIALS -> id.place() == IdRule.Place.NAMES ? 5 : 0;
      case CLOCK -> 6;
      default -> 0;
    };
  }

  private static int paths(SyscallRow row) {
    int found = 0;
    for (int i = 0; i < row.arguments().size(); i++) {
      if (row.arguments().get(i).kind() == ArgumentKind.PATH) {
        found |= 1 << i;
      }
    }
    return found;
  }

  private static List<ArgumentRule> outputs(SyscallRow row) {
    return row.irregularOrNull() == Irregular.FCNTL
        ? List.of()
        : row.arguments().stream().filter(ArgumentRule::isOutput).toList();
  }

  private static int outputRule(SyscallRow row, ArgumentRule output) {
    if (row.irregularOrNull() == Irregular.IOCTL) {
      return RULE_CONSTANT;
    }
    boolean sent = row.irregularOrNull() == Irregular.SENDMMSG;
    return sent ? RULE_SENT : rule(output.size().kind());
  }

  /** enum rule of stub.h, or -1. */
  private static int rule(SizeRule.Kind kind) {
    return switch (kind) {
      case CONSTANT -> RULE_CONSTANT;
      case ARGUMENT -> 1;
      case BITS -> 2;
      case RESULT -> 3;
      case SOCKLEN -> 4;
      case IOVEC -> 5;
      case MSGHDR -> RULE_MESSAGE;
      case MMSGHDR -> RULE_MESSAGES;
      case STRING -> RULE_STRING;
      default -> -1;
    };
  }

  private static void compile(SyscallRow row, DetailRule detail, ByteBuffer table, int at) {
    int flags = FAST | (row.consumesInput() ? CONSUMES : 0);
    Commanded commanded = COMMANDS.get(row.name());
    int command = NO_INDEX;
    if (commanded != null) {
      flags |= COMMAND;
      command = commanded.argument();
    } else if (row.name().equals("setsockopt")) {
      flags |= NOT_TIMES;
      command = SETSOCKOPT_OPTION;
    } else if (WAITS_FOR_ALL.containsKey(row.name())) {
      flags |= NOT_ALL;
      command = WAITS_FOR_ALL.get(row.name());
    } else if (row.temporaryMask() != TemporaryMask.NONE) {
      flags |= MASK;
      command = row.temporaryMaskArgument();
    }
    int timeout = 0;
    if (row.timeoutUnit() != TimeoutUnit.NONE) {
      flags |= row.timeoutUnit() == TimeoutUnit.MILLISECONDS ? TIMEOUT : TIMED;
      timeout = row.timeoutArgument();
    }
    List<ArgumentRule> outputs = outputs(row);
    table.put(at, (byte) flags);
    table.put(at + 1, (byte) row.arguments().size());
    table.put(at + 2, (byte) widths(row, Long.SIZE));
    table.put(at + 3, (byte) widths(row, Short.SIZE));
    table.put(at + 4, (byte) row.descriptorArgument());
    table.put(at + 5, (byte) outputs.size());
    table.put(at + 6, CLOCKS.getOrDefault(row.name(), 0).byteValue());
    table.put(at + 7, (byte) command);
    table.put(at + 8, (byte) detail.kind().ordinal());
    table.put(at + 9, (byte) detail.first());
    table.put(at + 10, (byte) detail.second());
    if (commanded != null) {
      table.put(at + 11, (byte) commanded.commands().size());
      for (int i = 0; i < commanded.commands().size(); i++) {
        table.putShort(at + 12 + 2 * i, commanded.commands().get(i).shortValue());
      }
    }
    for (int i = 0; i < outputs.size(); i++) {
      ArgumentRule output = outputs.get(i);
      compile(row, output, outputRule(row, output), table, at + OUTPUTS_OFFSET + 8 * i);
    }
    for (IdRule id : row.ids()) {
      table.put(at + IDENTITY_OFFSET, (byte) identity(id));
    }
    table.put(at + PATHS_OFFSET, (byte) paths(row));
    table.put(at + 60, (byte) timeout);
    table.put(at + 61, (byte) (row.mayBlock() ? 1 : 0));
    table.put(at + PAIRED_OFFSET, (byte) (row.temporaryMask() == TemporaryMask.PAIR ? 1 : 0));
  }

  /** The inputs that are no outputs have the places behind these. */
  private static void compileInputs(SyscallRow row, ByteBuffer table, int at) {
    List<ArgumentRule> outputs = outputs(row);
    int places = outputs.size();
    int covered = 0;
    for (int index : row.handedOver()) {
      ArgumentRule input = row.arguments().get(index);
      int rule = rule(input.size().kind());
      int place = outputs.indexOf(input);
      if (place < 0 || outputRule(row, input) != rule) {
        place = places++;
        if (places > MOST_OUTPUTS) {
          throw new IllegalStateException(row + " has more outputs and inputs than a row can hold");
        }
        compile(row, input, rule, table, at + OUTPUTS_OFFSET + 8 * place);
      }
      covered |= 1 << place;
    }
    table.put(at + COVERED_OFFSET, (byte) covered);
  }

  private static void compile(
      SyscallRow row, ArgumentRule memory, int rule, ByteBuffer table, int at) {
    SizeRule size = memory.size();
    table.put(at, (byte) row.arguments().indexOf(memory));
    table.put(at + 1, (byte) rule);
    table.put(at + 2, (byte) Math.max(0, size.argument()));
    table.put(at + 3, (byte) memory.written().ordinal());
    boolean commanded = size.kind() == SizeRule.Kind.HANDLER;
    table.putInt(at + 4, commanded ? Integer.BYTES : size.unit());
  }

  private static int widths(SyscallRow row, int bits) {
    int found = 0;
    for (int i = 0; i < row.arguments().size(); i++) {
      if (row.arguments().get(i).bits() == bits) {
        found |= 1 << i;
      }
    }
    return found;
  }
}
