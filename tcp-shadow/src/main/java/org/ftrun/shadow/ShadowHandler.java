package org.ftrun.shadow;

import com.lmax.disruptor.EventHandler;
import org.ftrun.eventlog.Event;
import org.ftrun.eventlog.EventFlags;
import org.ftrun.eventlog.EventKind;

/** Feeds the shadow from the log; runs on the thread of its batch event processor. */
public final class ShadowHandler implements EventHandler<Event> {
  private final TcpShadow shadow;
  private final InFlightQuestions questions;
  private final EventCall call = new EventCall();

  /** Feeds {@code shadow}, and answers questions about the point that it has come to. */
  public ShadowHandler(TcpShadow shadow, InFlightQuestions questions) {
    this.shadow = shadow;
    this.questions = questions;
  }

  @Override
  public void onEvent(Event event, long sequence, boolean endOfBatch) {
    questions.answer(sequence, shadow);
    if (event.kind() == EventKind.SYSCALL) {
      shadow.onCall(call.of(event));
    }
    if ((event.flags() & EventFlags.PROCESS_ENDS) != 0) {
      shadow.onProcessEnd(event.threadId(), sequence);
    }
    shadow.passed(sequence);
  }
}
