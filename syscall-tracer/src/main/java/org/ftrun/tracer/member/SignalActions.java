package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Signal;

/** The dispositions of all signals of one process, as the service set them. */
final class SignalActions {
  /**
   * Signals that the tracer must see in any case, SIGSYS, SIGTRAP and SIGSEGV: a forced signal that
   * is blocked or ignored destroys handler and mask, so the kernel never gets to know that the
   * service blocks or ignores them.
   */
  static final long OWNED = bit(Signal.SIGSYS) | bit(Signal.SIGTRAP) | bit(Signal.SIGSEGV);

  private static final long CORE =
      bit(Signal.SIGQUIT)
          | bit(Signal.SIGILL)
          | bit(Signal.SIGTRAP)
          | bit(Signal.SIGABRT)
          | bit(Signal.SIGBUS)
          | bit(Signal.SIGFPE)
          | bit(Signal.SIGSEGV)
          | bit(Signal.SIGXCPU)
          | bit(Signal.SIGXFSZ)
          | bit(Signal.SIGSYS);
  private static final long IGNORED =
      bit(Signal.SIGCHLD) | bit(Signal.SIGURG) | bit(Signal.SIGWINCH) | bit(Signal.SIGCONT);
  private static final long STOP =
      bit(Signal.SIGSTOP) | bit(Signal.SIGTSTP) | bit(Signal.SIGTTIN) | bit(Signal.SIGTTOU);

  private final SignalAction[] actions = new SignalAction[65];

  SignalActions() {
    java.util.Arrays.fill(actions, SignalAction.DEFAULT);
  }

  SignalActions copy() {
    SignalActions copy = new SignalActions();
    System.arraycopy(actions, 0, copy.actions, 0, actions.length);
    return copy;
  }

  /** What an execve leaves: handlers become defaults, ignored signals stay ignored. */
  static SignalActions afterExec(long ignoredMask) {
    SignalActions actions = new SignalActions();
    for (int signal = 1; signal <= 64; signal++) {
      if ((ignoredMask & bit(signal)) != 0) {
        actions.actions[signal] = SignalAction.IGNORE;
      }
    }
    return actions;
  }

  /** The owned signals that the service ignores, of which the kernel does not know. */
  long ignoredOwned() {
    long ignored = 0;
    for (int signal = 1; signal <= 64; signal++) {
      if ((OWNED & bit(signal)) != 0 && actions[signal].isIgnore()) {
        ignored |= bit(signal);
      }
    }
    return ignored;
  }

  /** Whether the service has a handler for a signal that we own. */
  boolean hasOwnedHandler() {
    return actions[Signal.SIGSYS].hasHandler()
        || actions[Signal.SIGTRAP].hasHandler()
        || actions[Signal.SIGSEGV].hasHandler();
  }

  static long bit(int signal) {
    return 1L << signal - 1;
  }

  SignalAction of(int signal) {
    return actions[signal];
  }

  void set(int signal, SignalAction action) {
    actions[signal] = action;
  }

  /** To be called when the handler of a signal is entered; a one-shot's flags and mask stay. */
  void entered(int signal) {
    SignalAction action = actions[signal];
    if (action.isOneShot()) {
      actions[signal] = new SignalAction(0, action.flags(), action.restorer(), action.mask());
    }
  }

  /** Whether the signal, when it is delivered, has no effect at all. */
  boolean isWithoutEffect(int signal) {
    SignalAction action = actions[signal];
    return action.isIgnore() || action.isDefault() && (IGNORED & bit(signal)) != 0;
  }

  /** Whether the signal, when it is delivered, stops the process. */
  boolean stops(int signal) {
    return signal == Signal.SIGSTOP || actions[signal].isDefault() && (STOP & bit(signal)) != 0;
  }

  /** Whether the signal, when it is delivered, ends the process. */
  boolean isDeadly(int signal) {
    return actions[signal].isDefault() && ((IGNORED | STOP) & bit(signal)) == 0;
  }

  /** Whether the signal's default is to end with a core dump: the sign of a crash. */
  static boolean isCrash(int signal) {
    return (CORE & bit(signal)) != 0;
  }
}
