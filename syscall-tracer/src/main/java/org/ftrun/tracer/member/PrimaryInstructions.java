package org.ftrun.tracer.member;

import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.LocalStub;

/** Answers the instructions that fault in the primary, and records the answers. */
final class PrimaryInstructions {
  private final MemberThread member;
  private final EventRecorder recorder;
  private final LocalStub localStub = new LocalStub();

  PrimaryInstructions(MemberThread member, EventRecorder recorder) {
    this.member = member;
    this.recorder = recorder;
  }

  /**
   * The thread, whose registers are in member.now, stands at the instruction; it goes on behind.
   */
  void answer(TrappedInstruction instruction) throws TraceeDiedException {
    long site = member.now.rip();
    member.lifeline.beforeAnswering();
    if (instruction == TrappedInstruction.CPUID) {
      long question = TrappedInstruction.question(member.now);
      int[] answer = TrappedInstruction.cpuid(localStub, question);
      instruction.answerCpuid(member.now, answer);
      member.tracee.writeRegisters(member.now);
      recorder.publishCpuid(answer, question, site);
    } else {
      long value = localStub.timeStampCounter();
      instruction.answerTime(member.now, value);
      member.tracee.writeRegisters(member.now);
      recorder.publishTimeStamp(value, site);
    }
    member.tracee.resume(0);
  }
}
