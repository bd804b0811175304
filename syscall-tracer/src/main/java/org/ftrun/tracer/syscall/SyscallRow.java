package org.ftrun.tracer.syscall;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One system call of the table: everything ftrun knows about it. Immutable. */
public final class SyscallRow {
  private final int number;
  private final String name;
  private final List<ArgumentRule> arguments;
  private final RowTraits traits;
  private final Resolution resolution;
  private final int descriptorArgument;
  private final boolean needsEntry;
  private final List<Integer> handedOver;

  SyscallRow(
      int number,
      String name,
      SyscallClass syscallClass,
      int deniedErrno,
      List<ArgumentRule> arguments,
      RowTraits traits,
      String reason) {
    this.number = number;
    this.name = name;
    this.arguments = List.copyOf(arguments);
    this.traits = traits;
    this.resolution =
        new Resolution(
            syscallClass,
            traits.role(),
            traits.blocks(),
            traits.makesDescriptor(),
            deniedErrno,
            reason,
            -1,
            0);
    this.descriptorArgument = indexOfDescriptor(arguments);
    this.needsEntry = arguments.stream().anyMatch(SyscallRow::dependsOnEntry);
    this.handedOver = handedOver(arguments, traits);
  }

  private static int indexOfDescriptor(List<ArgumentRule> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).kind() == ArgumentKind.DESCRIPTOR) {
        return i;
      }
    }
    return -1;
  }

  private static List<Integer> handedOver(List<ArgumentRule> arguments, RowTraits traits) {
    List<Integer> found = new ArrayList<>();
    List<Integer> onlyRead = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      ArgumentRule rule = arguments.get(i);
      boolean sent = traits.irregular() == Irregular.SENDMMSG && rule.isOutput();
      boolean pair = traits.mask() == TemporaryMask.PAIR && traits.maskArgument() == i;
      if (sent || rule.isWritten() && !pair) {
        (rule.isOutput() && !sent ? found : onlyRead).add(i);
      }
    }
    found.addAll(onlyRead);
    return List.copyOf(found);
  }

  private static boolean dependsOnEntry(ArgumentRule rule) {
    return rule.isOutput()
        && switch (rule.size().kind()) {
          case SOCKLEN, IOVEC, MSGHDR, MMSGHDR, HANDLER -> true;
          default -> false;
        };
  }

  /** The x86-64 system call number. */
  public int number() {
    return number;
  }

  /** The name as in the kernel's table and asm/unistd_64.h. */
  public String name() {
    return name;
  }

  /** The class; for calls with command arguments, see {@link SyscallTable#resolve}. */
  public SyscallClass syscallClass() {
    return resolution.syscallClass();
  }

  /** The arguments in order, at most six. */
  public List<ArgumentRule> arguments() {
    return arguments;
  }

  /** The marker by which the tracer dispatches. */
  public SyscallRole role() {
    return traits.role();
  }

  /** Whether the call may wait for something. */
  public boolean mayBlock() {
    return traits.blocks();
  }

  /** Whether what the call returns is gone from the kernel once it has returned. */
  public boolean consumesInput() {
    return traits.consumes();
  }

  /** Whether the result is a count of bytes written that may be less than what was asked for. */
  public boolean transfersOutput() {
    return traits.transfers();
  }

  /**
   * The indices of the arguments by which the service hands the kernel bytes, as {@link
   * ArgumentRule#isWritten} says; of sendmmsg also the messages, whose headers are an output too.
   * Not the pair of pselect6, which points to its mask. First those that are outputs as well.
   */
  public List<Integer> handedOver() {
    return handedOver;
  }

  /** Whether a successful result, or an output, is a new file descriptor. */
  public boolean makesDescriptor() {
    return traits.makesDescriptor();
  }

  /** The positive errno for {@link SyscallClass#DENY}, else 0. */
  public int deniedErrno() {
    return resolution.deniedErrno();
  }

  /** Why, in a sentence for the user, for DENY and END_PROTECTION; else empty. */
  public String reason() {
    return resolution.reason();
  }

  /** The handler of a truly irregular call. */
  public Optional<Irregular> irregular() {
    return Optional.ofNullable(traits.irregular());
  }

  /** The handler, or null; for the paths that run once a call. */
  public Irregular irregularOrNull() {
    return traits.irregular();
  }

  /** The index of the first descriptor argument, or -1. */
  public int descriptorArgument() {
    return descriptorArgument;
  }

  /** The index of the relative time-out argument, or -1. */
  public int timeoutArgument() {
    return traits.timeoutArgument();
  }

  /** How the time-out is passed. */
  public TimeoutUnit timeoutUnit() {
    return traits.timeoutUnit();
  }

  /** The index of the argument with the temporary signal mask, or -1. */
  public int temporaryMaskArgument() {
    return traits.maskArgument();
  }

  /** How the temporary mask is passed. */
  public TemporaryMask temporaryMask() {
    return traits.mask();
  }

  /**
   * Whether the outputs depend on structures that must be read before the call is executed (see
   * OutputRegions.enter).
   */
  public boolean needsEntry() {
    return needsEntry;
  }

  /** Where the call has ids of threads, processes, groups and sessions, whatever its command is. */
  public List<IdRule> ids() {
    return traits.ids();
  }

  /** What is done with the call when no command argument changes it. */
  public Resolution resolution() {
    return resolution;
  }

  @Override
  public String toString() {
    return name + "(" + number + ")";
  }
}
