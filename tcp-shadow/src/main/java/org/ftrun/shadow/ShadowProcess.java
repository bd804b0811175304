package org.ftrun.shadow;

import java.util.HashMap;
import java.util.Map;

/** What is known of one process of the service. Guarded by the {@link TcpShadow} that owns it. */
final class ShadowProcess {
  /** Its id in events: that of its first thread. */
  final int id;

  final DescriptorTable descriptors;
  final SocketCallEffects effects;

  /** Readings of connects whose events have not come yet, by descriptor. */
  final Map<Integer, SocketReading> expected = new HashMap<>();

  private ShadowProcess(int id, DescriptorTable descriptors) {
    this.id = id;
    this.descriptors = descriptors;
    this.effects = new SocketCallEffects(descriptors);
  }

  /** A process of which no descriptor is known yet. */
  ShadowProcess(int id, TableRoom room) {
    this(id, new DescriptorTable(room));
  }

  /** A process that this one has borne, with a copy of its table. */
  ShadowProcess bear(int child) {
    return new ShadowProcess(child, descriptors.copy());
  }

  /** It is gone; its sockets stay if another process has them. */
  void end() {
    descriptors.clear();
    expected.clear();
  }
}
