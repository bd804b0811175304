package org.ftrun.shadow;

import com.lmax.disruptor.EventHandler;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventKind;

/** Feeds the shadow from the log; runs on the thread of its batch event processor. */
public final class ShadowHandler implements EventHandler<Event> {
  private final TcpShadow shadow;
  private final EventCall call = new EventCall();

  /** Feeds {@code shadow}. */
  public ShadowHandler(TcpShadow shadow) {
    this.shadow = shadow;
  }

  @Override
  public void onEvent(Event event, long sequence, boolean endOfBatch) {
    if (event.kind() == EventKind.SYSCALL) {
      shadow.onCall(call.of(event));
    }
  }
}
