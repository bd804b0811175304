package org.ftrun.tracer.patch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The patched sites of one process. A replica begins with a copy and patches the same sites. */
public final class PatchMap {
  private final long trampolines;
  private final int room;
  private final Map<Long, SitePatch> bySite;
  private final List<SitePatch> byTrampoline;
  private final Map<Long, Boolean> refused;

  /**
   * An empty map.
   *
   * @param trampolines address of the first trampoline
   * @param bytes room for them
   */
  public PatchMap(long trampolines, int bytes) {
    this(
        trampolines, bytes / Trampoline.BYTES, new HashMap<>(), new ArrayList<>(), new HashMap<>());
  }

  private PatchMap(
      long trampolines,
      int room,
      Map<Long, SitePatch> bySite,
      List<SitePatch> byTrampoline,
      Map<Long, Boolean> refused) {
    this.trampolines = trampolines;
    this.room = room;
    this.bySite = bySite;
    this.byTrampoline = byTrampoline;
    this.refused = refused;
  }

  /** A copy that goes its own way. */
  public PatchMap copy() {
    return new PatchMap(
        trampolines,
        room,
        new HashMap<>(bySite),
        new ArrayList<>(byTrampoline),
        new HashMap<>(refused));
  }

  /** Address of the next free trampoline, or 0 if there is none. */
  public long freeTrampoline() {
    return byTrampoline.size() < room
        ? trampolines + (long) byTrampoline.size() * Trampoline.BYTES
        : 0;
  }

  /** Records a patch; its trampoline must be the free one. */
  public void add(SitePatch patch) {
    bySite.put(patch.site(), patch);
    byTrampoline.add(patch);
  }

  /** Records that a site cannot be patched. */
  public void refuse(long site) {
    refused.put(site, true);
  }

  /** Whether the site need not be looked at: it is patched, or cannot be. */
  public boolean isSettled(long site) {
    return bySite.containsKey(site) || refused.containsKey(site);
  }

  /** Number of sites that are patched now. */
  public int patched() {
    return bySite.size();
  }

  /** Number of sites that cannot be patched. */
  public int unpatchable() {
    return refused.size();
  }

  /** The patch whose trampoline holds an address, or null. Trampolines outlive their patches. */
  public SitePatch ofTrampoline(long address) {
    long index = (address - trampolines) / Trampoline.BYTES;
    return address >= trampolines && index < byTrampoline.size()
        ? byTrampoline.get((int) index)
        : null;
  }

  /** Where a thread goes on behind the call of a site. */
  public long behind(long site) {
    SitePatch patch = bySite.get(site);
    return patch == null ? site + 2 : patch.behind();
  }

  /** All patches. */
  public Collection<SitePatch> all() {
    return List.copyOf(bySite.values());
  }

  /** Forgets a patch whose bytes are put back or gone, so that the site may be patched again. */
  public void forget(SitePatch patch) {
    bySite.remove(patch.site());
  }

  /** Forgets that sites in [from, to) cannot be patched: other code may stand there now. */
  public void forgetRefused(long from, long to) {
    refused.keySet().removeIf(site -> site >= from && site < to);
  }
}
