package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.stub.LocalStub;

/** The instructions that fault because their outcome differs between two cores or moments. */
enum TrappedInstruction {
  /** Not one of them. */
  NONE(0),
  /** 0f 31: time stamp counter to edx:eax. */
  RDTSC(2),
  /** 0f 01 f9: as rdtsc, and the core's number to ecx. */
  RDTSCP(3),
  /** 0f a2: identification by eax and ecx to eax, ebx, ecx, edx. */
  CPUID(2);

  private final int length;

  TrappedInstruction(int length) {
    this.length = length;
  }

  /** Which one stands where a thread faulted. */
  static TrappedInstruction at(MemberThread member, long rip) {
    ByteBuffer code = ByteBuffer.allocateDirect(3).order(ByteOrder.nativeOrder());
    int read = member.tracee.memory().read(new TraceeAddress(rip), code);
    if (read >= 2 && code.get(0) == 0x0f) {
      if (code.get(1) == 0x31) {
        return RDTSC;
      }
      if (code.get(1) == (byte) 0xa2) {
        return CPUID;
      }
      if (read == 3 && code.get(1) == 0x01 && code.get(2) == (byte) 0xf9) {
        return RDTSCP;
      }
    }
    return NONE;
  }

  /** Puts a time stamp into the registers, behind the instruction. */
  void answerTime(Registers registers, long value) {
    registers.rax(value & 0xffff_ffffL).rdx(value >>> 32);
    if (this == RDTSCP) {
      registers.rcx(0);
    }
    registers.rip(registers.rip() + length);
  }

  /** Puts a cpuid's answer into the registers, behind the instruction. */
  void answerCpuid(Registers registers, int[] answer) {
    registers
        .rax(Integer.toUnsignedLong(answer[0]))
        .rbx(Integer.toUnsignedLong(answer[1]))
        .rcx(Integer.toUnsignedLong(answer[2]))
        .rdx(Integer.toUnsignedLong(answer[3]))
        .rip(registers.rip() + length);
  }

  /**
   * Answers with what the primary got at the same place.
   *
   * @return false if the event is another one's; the registers stay then
   */
  boolean answer(Registers registers, Event event) {
    if (event.site() != registers.rip() || (this == CPUID) != (event.kind() == EventKind.CPUID)) {
      return false;
    }
    if (this != CPUID) {
      answerTime(registers, event.result());
      return true;
    }
    if (event.digest() != question(registers) || event.payloadLength() != 16) {
      return false;
    }
    int[] answer = new int[4];
    for (int i = 0; i < 4; i++) {
      answer[i] = event.payload().getInt(4 * i);
    }
    answerCpuid(registers, answer);
    return true;
  }

  /** What a cpuid asks: leaf in the low, subleaf in the high half. */
  static long question(Registers registers) {
    return (registers.rax() & 0xffff_ffffL) | registers.rcx() << 32;
  }

  /**
   * This processor's answer, without what would make two members differ: RDRAND, RDSEED, RDPID and
   * transactional memory are hidden, the number of the core is 0, its kind is not told (Intel SDM,
   * CPUID; AMD64 APM volume 3, appendix E).
   */
  static int[] cpuid(LocalStub stub, long question) {
    int leaf = (int) question;
    int subleaf = (int) (question >>> 32);
    ByteBuffer raw = stub.cpuid(leaf, subleaf);
    int[] answer = {raw.getInt(0), raw.getInt(4), raw.getInt(8), raw.getInt(12)};
    switch (leaf) {
      case 1:
        answer[1] &= 0x00ff_ffff; // initial APIC id
        answer[2] &= ~(1 << 30); // RDRAND
        break;
      case 7:
        if (subleaf == 0) {
          answer[1] &= ~(1 << 4 | 1 << 11 | 1 << 18); // HLE, RTM, RDSEED
          answer[2] &= ~(1 << 22); // RDPID
          answer[3] &=
              // RTM_ALWAYS_ABORT, TSX_FORCE_ABORT, hybrid, TSXLDTRK
              ~(1 << 11 | 1 << 13 | 1 << 15 | 1 << 16);
        }
        break;
      case 0xb:
      case 0x1f:
        answer[3] = 0; // x2APIC id
        break;
      case 0x1a:
        Arrays.fill(answer, 0); // the core's kind, in a processor that has several
        break;
      case 0x8000_001e:
        answer[0] = 0; // extended APIC id (AMD)
        answer[1] &= ~0xff; // core id
        answer[2] &= ~0xff; // node id
        break;
      case 0x8000_0026:
        answer[3] = 0; // extended APIC id (AMD)
        break;
      default:
        break;
    }
    return answer;
  }
}
