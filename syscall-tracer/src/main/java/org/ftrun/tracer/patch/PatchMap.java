package org.ftrun.tracer.patch;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The patched sites of one process. A replica begins with a copy and patches the same sites. */
public final class PatchMap {
  /** Rooms for trampolines that a process has at most; sites beyond them stay slow. */
  public static final int MOST_ROOMS = 16;

  /** The rooms in the order in which they came, and how many trampolines each has. */
  private final Map<TrampolineRoom, Integer> rooms;

  private final Map<Long, SitePatch> bySite;

  /** Also of patches that were put back: a thread may still return to their trampolines. */
  private final Map<Long, SitePatch> byTrampoline;

  /** What each site was patched with last. */
  private final Map<Long, SitePatch> latest;

  private final Map<Long, Boolean> refused;

  /**
   * An empty map.
   *
   * @param first the room for trampolines beside the stub
   */
  public PatchMap(TrampolineRoom first) {
    this(
        new LinkedHashMap<>(Map.of(first, 0)),
        new HashMap<>(),
        new HashMap<>(),
        new HashMap<>(),
        new HashMap<>());
  }

  private PatchMap(
      Map<TrampolineRoom, Integer> rooms,
      Map<Long, SitePatch> bySite,
      Map<Long, SitePatch> byTrampoline,
      Map<Long, SitePatch> latest,
      Map<Long, Boolean> refused) {
    this.rooms = rooms;
    this.bySite = bySite;
    this.byTrampoline = byTrampoline;
    this.latest = latest;
    this.refused = refused;
  }

  /** A copy that goes its own way. */
  public PatchMap copy() {
    return new PatchMap(
        new LinkedHashMap<>(rooms),
        new HashMap<>(bySite),
        new HashMap<>(byTrampoline),
        new HashMap<>(latest),
        new HashMap<>(refused));
  }

  /** Address of the next free trampoline that a site can reach, or 0 if there is none. */
  public long freeTrampoline(long site) {
    for (Map.Entry<TrampolineRoom, Integer> room : rooms.entrySet()) {
      if (room.getKey().reaches(site) && room.getValue() < room.getKey().trampolines()) {
        return room.getKey().start() + (long) room.getValue() * Trampoline.BYTES;
      }
    }
    return 0;
  }

  /** How many rooms the process has. */
  public int rooms() {
    return rooms.size();
  }

  /** Whether the process may have one more room. */
  public boolean mayHaveMoreRooms() {
    return rooms.size() < MOST_ROOMS;
  }

  /** Adds a room that has been mapped. */
  public void addRoom(TrampolineRoom room) {
    if (!mayHaveMoreRooms() || rooms.putIfAbsent(room, 0) != null) {
      throw new IllegalStateException(room + " beside " + rooms.keySet());
    }
  }

  /** Whether a room has a byte in [from, to). */
  public boolean hasRoomIn(long from, long to) {
    return rooms.keySet().stream().anyMatch(room -> room.overlaps(from, to));
  }

  /** What the site was patched with last, or null. Its trampoline serves the same patch again. */
  public SitePatch latest(long site) {
    return latest.get(site);
  }

  /** Records a patch; its trampoline must be the free one, or have the same code already. */
  public void add(SitePatch patch) {
    SitePatch there = byTrampoline.get(patch.trampoline());
    if (there == null) {
      take(patch);
    } else if (!Arrays.equals(there.code(), patch.code())) {
      throw new IllegalStateException("the trampoline of " + patch + " is that of " + there);
    }
    bySite.put(patch.site(), patch);
    byTrampoline.put(patch.trampoline(), patch);
    latest.put(patch.site(), patch);
  }

  private void take(SitePatch patch) {
    if (patch.trampoline() != freeTrampoline(patch.site())) {
      throw new IllegalStateException("the trampoline of " + patch + " is not the free one");
    }
    for (Map.Entry<TrampolineRoom, Integer> room : rooms.entrySet()) {
      if (room.getKey().overlaps(patch.trampoline(), patch.trampoline() + Trampoline.BYTES)) {
        room.setValue(room.getValue() + 1);
      }
    }
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

  /** The patch of a site, or null. */
  public SitePatch of(long site) {
    return bySite.get(site);
  }

  /** The patch whose trampoline holds an address, or null. Trampolines outlive their patches. */
  public SitePatch ofTrampoline(long address) {
    return byTrampoline.get(address & -Trampoline.BYTES);
  }

  /** Where a thread goes on behind the call of a site. */
  public long behind(long site) {
    SitePatch patch = bySite.get(site);
    return patch == null ? site + 2 : patch.behind();
  }

  /**
   * Where the code stands now that a thread was to go on with when its handler began: what was
   * behind a call then may have been displaced since.
   */
  public long moved(long address) {
    SitePatch patch = bySite.get(address - SitePatch.SYSCALL_BYTES);
    return patch == null ? address : patch.behind();
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
    refused
        .keySet()
        .removeIf(
            site -> Long.compareUnsigned(site, from) >= 0 && Long.compareUnsigned(site, to) < 0);
  }
}
