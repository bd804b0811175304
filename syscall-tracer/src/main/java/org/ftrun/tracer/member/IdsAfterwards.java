package org.ftrun.tracer.member;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.ftrun.tracer.patch.KeptIds;
import org.ftrun.tracer.patch.PatchMap;
import org.ftrun.tracer.patch.SitePatch;
import org.ftrun.tracer.patch.SitePatcher;
import org.ftrun.tracer.ptrace.Registers;
import org.ftrun.tracer.ptrace.TraceeAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service that is released goes on under the pid by which it knows itself: servers remember it,
 * and compare (PostgreSQL does when it ends). Its calls are not intercepted any more, so the places
 * in its program that ask for the pid, or signal by it, are led through {@link KeptIds}. They are
 * found by their bytes, a call's number and the call, not by having been executed: most have not
 * been.
 */
final class IdsAfterwards {
  private static final Logger LOG = LoggerFactory.getLogger(IdsAfterwards.class);
  private static final int PIECE = 1 << 20;

  /** A release takes no longer than it takes to look through so much of code. */
  private static final long MOST_BYTES = 64L << 20;

  /** mov $imm32,%eax; syscall. */
  private static final int MOVE = 0xb8;

  private static final int SITE_IN_FORM = 5;
  private static final int FORM_BYTES = 7;

  private final MemberThread member;
  private final Patching patching;
  private final KeptIds ids;
  private int found;

  /** Where any call is made, 0 if that is nowhere. */
  private long anyCall;

  IdsAfterwards(MemberThread member, Patching patching) {
    this.member = member;
    this.patching = patching;
    int known = member.ids.pid();
    this.ids = new KeptIds(known, member.ids.real(known), member.ids.parent());
  }

  /**
   * Leads the calls there; nothing is patched, and the process stands.
   *
   * @param services where its threads go on, changed if that is at such a call
   */
  void keep(List<Registers> services) {
    long left = MOST_BYTES;
    for (MappingsOf.Mapping text : MappingsOf.process(member.pid()).all()) {
      long bytes = text.end() - text.start();
      if (isOfProgram(text) && bytes <= left) {
        left -= bytes;
        search(text);
      }
    }
    if (anyCall != 0) {
      leadAny(anyCall);
    }
    PatchMap patches = member.model().patches;
    for (Registers service : services) {
      SitePatch patch = patches.of(service.rip());
      if (patch != null) {
        service.rip(patch.entry());
      }
    }
    LOG.debug("pid {} stays {} at {} places of the program", ids.real(), ids.known(), found);
  }

  private boolean isOfProgram(MappingsOf.Mapping mapping) {
    return mapping.isExecutable()
        && !mapping.isWritable()
        && !mapping.isShared()
        && mapping.name().startsWith("/");
  }

  private void search(MappingsOf.Mapping text) {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE + KeptIds.ANY_CALL.length - 1);
    byte[] code = new byte[piece.capacity()];
    for (long at = text.start(); at < text.end(); at += PIECE) {
      int length = (int) Math.min(code.length, text.end() - at);
      piece.clear().limit(length);
      if (member.tracee.memory().read(new TraceeAddress(at), piece) != length) {
        return;
      }
      piece.get(0, code, 0, length);
      for (int i = 0; i + FORM_BYTES <= length; i++) {
        if (isAnyCall(code, i, length)) {
          anyCall = at + i + KeptIds.SITE_IN_ANY_CALL;
        }
        int syscall = callAt(code, i);
        if (syscall >= 0 && KeptIds.areIn(syscall)) {
          lead(at + i + SITE_IN_FORM, syscall);
        }
      }
    }
  }

  private static boolean isAnyCall(byte[] code, int at, int length) {
    byte[] form = KeptIds.ANY_CALL;
    int end = at + form.length;
    return code[at] == form[0]
        && code[at + 2] == form[2]
        && end <= length
        && Arrays.equals(code, at, end, form, 0, form.length);
  }

  /** The number of the call that is made there in the common form, or -1. */
  private static int callAt(byte[] code, int at) {
    boolean form =
        (code[at] & 0xff) == MOVE
            && code[at + 3] == 0
            && code[at + 4] == 0
            && code[at + 5] == 0x0f
            && code[at + 6] == 0x05;
    return form ? (code[at + 1] & 0xff) | (code[at + 2] & 0xff) << 8 : -1;
  }

  private void lead(long site, int syscall) {
    PatchMap patches = member.model().patches;
    long trampoline = patches.freeTrampoline(site);
    SitePatch patch =
        trampoline == 0
            ? null
            : SitePatcher.plan(
                patching.around(site), site, syscall, trampoline, trampoline, addresses -> true);
    if (patch == null
        || !write(patch.trampoline(), ids.trampoline(patch, syscall))
        || !write(patch.start(), patch.replacement())) {
      LOG.debug("call {} at 0x{} names the kernel's ids", syscall, Long.toHexString(site));
      return;
    }
    patches.add(patch);
    found++;
  }

  /** Of several such places, as in a program that is linked twice with the library, the last. */
  private void leadAny(long site) {
    PatchMap patches = member.model().patches;
    long trampoline = patches.freeTrampoline(site);
    long end = trampoline + KeptIds.ANY_CALL_BYTES;
    if (trampoline == 0 || !patches.hasRoomIn(end - 1, end)) {
      LOG.debug("syscall(2) at 0x{} names the kernel's ids", Long.toHexString(site));
      return;
    }
    SitePatch patch = ids.anyCall(site, trampoline);
    if (write(patch.trampoline(), patch.code()) && write(patch.start(), patch.replacement())) {
      patches.add(patch);
      found++;
    }
  }

  private boolean write(long address, byte[] bytes) {
    return member.tracee.memory().forceWrite(new TraceeAddress(address), bytes);
  }
}
