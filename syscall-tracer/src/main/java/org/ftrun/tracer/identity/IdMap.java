package org.ftrun.tracer.identity;

import java.util.HashMap;
import java.util.Map;

/**
 * A one-to-one translation between virtual and real ids. It is total: an id without an entry stands
 * for itself, except one that an entry has taken away from it, as when the kernel gives a stranger
 * the id by which the service knows a thread of its own. Such a one is called by the id that the
 * chain of entries has left over, so that two are never called the same.
 */
final class IdMap {
  private final Map<Integer, Integer> toReal = new HashMap<>();
  private final Map<Integer, Integer> toVirtual = new HashMap<>();

  IdMap() {}

  IdMap(IdMap other) {
    toReal.putAll(other.toReal);
    toVirtual.putAll(other.toVirtual);
  }

  /**
   * Adds an entry in place of one that has the same virtual id.
   *
   * @throws IllegalArgumentException if an id is not positive
   * @throws IllegalStateException if the real id is known by another virtual one
   */
  void put(int virtual, int real) {
    if (virtual <= 0 || real <= 0) {
      throw new IllegalArgumentException("ids " + virtual + " and " + real);
    }
    Integer known = toVirtual.get(real);
    if (known != null && known != virtual) {
      throw new IllegalStateException(real + " is known as " + known + ", not as " + virtual);
    }
    remove(virtual);
    toReal.put(virtual, real);
    toVirtual.put(real, virtual);
  }

  /** Removes the entry of a virtual id, if there is one. */
  void remove(int virtual) {
    Integer real = toReal.remove(virtual);
    if (real != null) {
      toVirtual.remove(real);
    }
  }

  boolean hasVirtual(int virtual) {
    return toReal.containsKey(virtual);
  }

  boolean hasReal(int real) {
    return toVirtual.containsKey(real);
  }

  int real(int virtual) {
    Integer real = toReal.get(virtual);
    return real == null ? endOfChain(toVirtual, virtual) : real;
  }

  int virtual(int real) {
    Integer virtual = toVirtual.get(real);
    return virtual == null ? endOfChain(toReal, real) : virtual;
  }

  /** Entries are one to one and {@code start} is where a chain begins, so that it has an end. */
  private static int endOfChain(Map<Integer, Integer> next, int start) {
    int id = start;
    for (Integer further = next.get(id); further != null; further = next.get(id)) {
      id = further;
    }
    return id;
  }
}
