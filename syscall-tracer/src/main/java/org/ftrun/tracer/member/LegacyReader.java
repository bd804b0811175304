package org.ftrun.tracer.member;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ftrun.tracer.abi.Signal;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers the {@link Legacy} of a primary that dies, as far as the kernel still tells it. */
final class LegacyReader {
  private static final Logger LOG = LoggerFactory.getLogger(LegacyReader.class);

  private LegacyReader() {}

  /** On the tracer's thread, when nothing is left to be settled. */
  static Legacy read(PrimaryRole role) {
    Map<Integer, Legacy.OfThread> threads = new HashMap<>();
    for (PrimaryThread thread : role.threads()) {
      threads.put(thread.member.thread().id, ofThread(thread));
    }
    Map<Integer, Legacy.OfProcess> processes = new HashMap<>();
    for (ProcessThreads process : role.processes()) {
      MemberThread first = process.first();
      processes.put(
          process.id(),
          new Legacy.OfProcess(
              first.pid(),
              timers(first),
              pendingSignals(first, true),
              role.processes.adopted(process).told()));
    }
    return new Legacy(processes, threads);
  }

  private static Legacy.OfThread ofThread(PrimaryThread thread) {
    MemberThread member = thread.member;
    List<byte[]> held = new ArrayList<>(member.held.all());
    if (thread.standing.signalAtStop() != null) {
      held.add(thread.standing.signalAtStop());
    }
    return new Legacy.OfThread(
        thread.call.executing ? thread.call.began : 0,
        pendingSignals(member, false),
        held,
        member.hiddenPending.all());
  }

  private static List<Legacy.TimerLeft> timers(MemberThread member) {
    PersonalState state = member.model().personal;
    List<Legacy.TimerLeft> left = new ArrayList<>();
    for (CpuTimer timer : List.of(state.virtualTimer, state.profilingTimer)) {
      if (timer.isArmed()) {
        long micros = timer.microsLeft(member.pid());
        left.add(new Legacy.TimerLeft(timer.which(), micros, timer.intervalMicros()));
      }
    }
    return left;
  }

  /** What the kernel holds for the process, as far as it can still be asked. */
  private static List<byte[]> pendingSignals(MemberThread member, boolean shared) {
    List<byte[]> pending = new ArrayList<>();
    try {
      for (byte[] siginfo : member.tracee.pendingSignals(shared)) {
        addAsynchronous(siginfo, pending);
      }
    } catch (TraceeDiedException e) {
      LOG.debug("the primary is gone, its pending signals with it");
    }
    return pending;
  }

  private static void addAsynchronous(byte[] siginfo, List<byte[]> pending) {
    int signal = HeldSignals.signalOf(siginfo);
    boolean dispatch =
        signal == Signal.SIGSYS && HeldSignals.codeOf(siginfo) == PrimaryThread.SYS_USER_DISPATCH;
    if (signal != Signal.SIGKILL && !dispatch && !PrimarySignals.isSynchronous(signal, siginfo)) {
      pending.add(siginfo);
    }
  }
}
