package org.ftrun.tracer.member;

import java.util.Map;
import java.util.TreeMap;
import org.ftrun.tracer.abi.Signal;

/**
 * What the service has asked the kernel to keep for its process, and not for its descriptors: no
 * clone has it, so a replica gets it at birth or when it is promoted.
 */
final class PersonalState {
  /** PR_SET_PDEATHSIG's signal, or 0. */
  int deathSignal;

  /** Flags of mlockall for memory that is mapped later, without MCL_CURRENT; 0: none. */
  int lockFuture;

  /** Whether memory was ever locked, or marked as not to be inherited by a child. */
  boolean marksMemory;

  final CpuTimer virtualTimer = new CpuTimer(CpuTimer.ITIMER_VIRTUAL);
  final CpuTimer profilingTimer = new CpuTimer(CpuTimer.ITIMER_PROF);

  /** Descriptors whose signals go to the process itself, with the owner's type (F_SETOWN_EX). */
  final Map<Integer, Integer> owned = new TreeMap<>();

  /** Takes over what another process, or the same one before exec, has. */
  void copyFrom(PersonalState other) {
    deathSignal = other.deathSignal;
    lockFuture = other.lockFuture;
    marksMemory = other.marksMemory;
    virtualTimer.copyFrom(other.virtualTimer);
    profilingTimer.copyFrom(other.profilingTimer);
    owned.clear();
    owned.putAll(other.owned);
  }

  /** A child has the memory, but neither its locks nor what concerns its parent itself. */
  void onFork() {
    deathSignal = 0;
    lockFuture = 0;
    virtualTimer.forget();
    profilingTimer.forget();
    owned.clear();
  }

  /** A new program has new memory. */
  void onExec() {
    lockFuture = 0;
    marksMemory = false;
  }

  /** A signal was delivered to the primary: it may be a timer's. */
  void delivered(int signal, int pid) {
    if (signal == Signal.SIGVTALRM) {
      virtualTimer.expired(pid);
    } else if (signal == Signal.SIGPROF) {
      profilingTimer.expired(pid);
    }
  }
}
