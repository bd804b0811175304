package org.ftrun.tracer.member;

import org.ftrun.tracer.abi.Errno;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubArea;
import org.ftrun.tracer.stub.StubLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The modes of a thread by which nothing that may differ between members escapes us: Syscall User
 * Dispatch, faulting cpuid, faulting time stamps. None survives exec; dispatch is not inherited by
 * clone, the others may be: all are set both ways at every birth.
 */
final class Confinement {
  private static final int PR_SET_TSC = 26;
  private static final int PR_TSC_ENABLE = 1;
  private static final int PR_TSC_SIGSEGV = 2;
  private static final int PR_SET_SYSCALL_USER_DISPATCH = 59;
  private static final int ARCH_SET_CPUID = 0x1012;
  private static final byte[] BLOCK = {1};
  private static final Logger LOG = LoggerFactory.getLogger(Confinement.class);

  /** For tests: behaves as on kernels before 6.4, which lack the ptrace request. */
  private static final boolean FORCE_PRCTL = forcePrctl();

  private Confinement() {}

  /**
   * Imposes the modes that the member's model asks for; the registers are to be written afterwards.
   *
   * @return null, or why the kernel refused
   */
  static String impose(MemberThread member) throws TraceeDiedException {
    ProcessModel model = member.model();
    long result =
        member.inject(
            SyscallNumber.PRCTL,
            PR_SET_TSC,
            model.timeStampTrapped ? PR_TSC_SIGSEGV : PR_TSC_ENABLE);
    if (result != 0) {
      return "the kernel refuses to trap time stamps: errno " + -result;
    }
    result = member.inject(SyscallNumber.ARCH_PRCTL, ARCH_SET_CPUID, model.cpuidTrapped ? 0 : 1);
    if (result != 0 && result != -Errno.ENODEV) {
      return "the kernel refuses to trap cpuid: errno " + -result;
    }
    model.cpuidTrapped &= result == 0;
    result = dispatch(member, true);
    if (result != 0) {
      return "the kernel has no Syscall User Dispatch (Linux 5.11 or later is needed): errno "
          + -result;
    }
    if (!member.tracee.memory().writeBytes(model.stub.enters(), BLOCK)
        || !member.tracee.memory().writeBytes(selector(member), BLOCK)) {
      throw TraceeDiedException.INSTANCE;
    }
    return null;
  }

  /** Makes the thread natively again. */
  static void lift(MemberThread member) throws TraceeDiedException {
    dispatch(member, false);
    if (member.model().timeStampTrapped) {
      member.inject(SyscallNumber.PRCTL, PR_SET_TSC, PR_TSC_ENABLE);
    }
    if (member.model().cpuidTrapped) {
      member.inject(SyscallNumber.ARCH_PRCTL, ARCH_SET_CPUID, 1);
    }
  }

  private static long dispatch(MemberThread member, boolean on) throws TraceeDiedException {
    long selector = selector(member).value();
    long start = member.model().stub.base().value();
    if (!FORCE_PRCTL
        && member.tracee.setSyscallUserDispatch(on, selector, start, StubLayout.TEXT_BYTES)) {
      return 0;
    }
    return on
        ? member.inject(
            SyscallNumber.PRCTL,
            PR_SET_SYSCALL_USER_DISPATCH,
            1,
            start,
            StubLayout.TEXT_BYTES,
            selector)
        : member.inject(SyscallNumber.PRCTL, PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0);
  }

  /** Each thread has its own, so that each goes on natively by itself when the tracer has died. */
  private static TraceeAddress selector(MemberThread member) {
    return member.room().area().plus(StubArea.SELECTOR);
  }

  private static boolean forcePrctl() {
    boolean force = Boolean.getBoolean("ftrun.test.dispatchByPrctl");
    if (force) {
      LOG.warn("Syscall User Dispatch is set by prctl, as for kernels before 6.4");
    }
    return force;
  }
}
