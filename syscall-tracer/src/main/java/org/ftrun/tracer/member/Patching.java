package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.ftrun.tracer.abi.SyscallNumber;
import org.ftrun.tracer.patch.JumpSearch;
import org.ftrun.tracer.patch.PatchMap;
import org.ftrun.tracer.patch.SitePatch;
import org.ftrun.tracer.patch.SitePatcher;
import org.ftrun.tracer.patch.TrampolineRoom;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.ftrun.tracer.ptrace.TraceeDiedException;
import org.ftrun.tracer.stub.StubLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Patches the sites of one member, and maps room for trampolines where a site can reach none. Both
 * members do the same at the same calls, so their patches and their rooms are at the same places.
 */
final class Patching {
  private static final Logger LOG = LoggerFactory.getLogger(Patching.class);
  private static final int PROT_READ_EXECUTE = 5;
  private static final int MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE = 0x2 | 0x20 | 0x10_0000;
  private static final int PAGE = 4096;
  private static final int PIECE = 1 << 20;

  /** Bytes of a jump that begins in one piece and ends in the next, at most. */
  private static final int OVERLAP = 8;

  private final MemberThread member;

  Patching(MemberThread member) {
    this.member = member;
  }

  /** Patches the site of a call that has trapped, if that can be done and has not been tried. */
  void patch(CallInFlight call) throws TraceeDiedException {
    PatchMap patches = member.model().patches;
    if (patches.isSettled(call.site)) {
      return;
    }
    MappingsOf.Mapping text = mappingAt(call.site);
    // A program may change or read writable code when it likes.
    SitePatch patch = text == null || text.isWritable() ? null : plan(call, text);
    if (patch == null) {
      patches.refuse(call.site);
      LOG.debug("site 0x{} of {} stays slow", Long.toHexString(call.site), call.row);
      return;
    }
    if (!member.tracee.memory().forceWrite(new TraceeAddress(patch.trampoline()), patch.code())) {
      throw TraceeDiedException.INSTANCE;
    }
    if (!member.tracee.memory().forceWrite(new TraceeAddress(patch.start()), patch.replacement())) {
      // Text of which there can be no private copy, such as that of a shared mapping. Should the
      // process have died instead, the next request to it will tell.
      patches.refuse(call.site);
      LOG.debug("site 0x{} cannot be written to", Long.toHexString(call.site));
      return;
    }
    patches.add(patch);
    LOG.debug("site 0x{} of {} is patched", Long.toHexString(call.site), call.row);
  }

  /** A patch whose trampoline has room, or null. */
  private SitePatch plan(CallInFlight call, MappingsOf.Mapping text) throws TraceeDiedException {
    PatchMap patches = member.model().patches;
    SitePatch latest = patches.latest(call.site);
    if (latest != null) {
      SitePatch again = plan(call, text, latest.trampoline());
      if (again == null || Arrays.equals(again.code(), latest.code())) {
        return again;
      }
    }
    long trampoline = patches.freeTrampoline(call.site);
    if (trampoline != 0) {
      return plan(call, text, trampoline);
    }
    TrampolineRoom room = patches.mayHaveMoreRooms() ? roomNear(call.site) : null;
    SitePatch patch = room == null ? null : plan(call, text, room.start());
    if (patch == null || !map(room)) {
      return null;
    }
    tellRoom(member, patches.rooms(), room.start());
    patches.addRoom(room);
    return patch;
  }

  /** The stub has to know where trampolines are, for the case that the tracer dies. */
  static void tellRoom(MemberThread member, int index, long start) {
    member.tracee.memory().writeLong(member.model().stub.room(index), start);
  }

  private TrampolineRoom roomNear(long site) {
    long start =
        RoomSearch.near(MappingsOf.process(member.pid()).all(), site, StubLayout.TRAMPOLINES_BYTES);
    if (start == 0) {
      LOG.debug("there is no room for trampolines near 0x{}", Long.toHexString(site));
      return null;
    }
    TrampolineRoom room = new TrampolineRoom(start, StubLayout.TRAMPOLINES_BYTES);
    return room.reaches(site) ? room : null;
  }

  /** The thread's registers are not those of its call's site afterwards. */
  private boolean map(TrampolineRoom room) throws TraceeDiedException {
    long result =
        member.inject(
            SyscallNumber.MMAP,
            room.start(),
            room.bytes(),
            PROT_READ_EXECUTE,
            MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE,
            -1,
            0);
    if (result != room.start()) {
      LOG.debug("no room for trampolines can be mapped: errno {}", -result);
      return false;
    }
    LOG.debug("room for trampolines at 0x{}", Long.toHexString(room.start()));
    return true;
  }

  private SitePatch plan(CallInFlight call, MappingsOf.Mapping text, long trampoline) {
    return SitePatcher.plan(
        around(call.site),
        call.site,
        call.row.number(),
        trampoline,
        member.model().stub.at(StubLayout.ENTER),
        addresses -> isEntered(text, addresses));
  }

  /** The bytes around a site, 0 where there is no memory. */
  byte[] around(long site) {
    byte[] bytes = new byte[SitePatcher.BEFORE + SitePatcher.FROM_SITE];
    long from = site - SitePatcher.BEFORE;
    long page = Math.max(from, site & -PAGE);
    read(from, bytes, 0, (int) (page - from));
    read(page, bytes, (int) (page - from), bytes.length);
    return bytes;
  }

  private void read(long address, byte[] into, int from, int to) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(to - from);
    int length = member.tracee.memory().read(new TraceeAddress(address), buffer);
    buffer.get(0, into, from, length);
  }

  private MappingsOf.Mapping mappingAt(long address) {
    for (MappingsOf.Mapping mapping : MappingsOf.process(member.pid()).all()) {
      if (mapping.start() <= address && address < mapping.end()) {
        return mapping;
      }
    }
    return null;
  }

  /** Whether some jump in the mapping may lead to one of the addresses. */
  private boolean isEntered(MappingsOf.Mapping mapping, long... addresses) {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE + OVERLAP);
    byte[] code = new byte[PIECE + OVERLAP];
    for (long at = mapping.start(); at < mapping.end(); at += PIECE) {
      int length = (int) Math.min(code.length, mapping.end() - at);
      piece.clear().limit(length);
      if (member.tracee.memory().read(new TraceeAddress(at), piece) != length) {
        return true;
      }
      piece.get(0, code, 0, length);
      if (JumpSearch.mayJump(code, length, at, addresses)) {
        return true;
      }
    }
    return false;
  }

  /** Puts back the bytes of all patches on the pages that a call with this range changes. */
  void unpatch(long address, long bytes) {
    long to = address + bytes + PAGE - 1 & -PAGE;
    PatchMap patches = member.model().patches;
    for (SitePatch patch : patches.all()) {
      if (patch.overlaps(address, to)) {
        unpatch(patch);
      }
    }
    lookAgain(address, bytes);
  }

  /** Forgets which sites on those pages cannot be patched. */
  void lookAgain(long address, long bytes) {
    member.model().patches.forgetRefused(address, address + bytes + PAGE - 1 & -PAGE);
  }

  /** Puts back the bytes of all patches. */
  void unpatchAll() {
    member.model().patches.all().forEach(this::unpatch);
  }

  /** What the service has written there itself, or thrown away, stays as it is. */
  private void unpatch(SitePatch patch) {
    member.model().patches.forget(patch);
    TraceeAddress start = new TraceeAddress(patch.start());
    byte[] present = member.tracee.memory().forceRead(start, patch.replacement().length);
    if (Arrays.equals(present, patch.replacement())
        && !member.tracee.memory().forceWrite(start, patch.original())) {
      LOG.debug("the process died before site 0x{} was put back", Long.toHexString(patch.site()));
    }
  }
}
