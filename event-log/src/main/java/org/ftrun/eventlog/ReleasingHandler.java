package org.ftrun.eventlog;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.Sequence;

/** Hands events to a consumer's handler, and tells the writer at the end of each batch. */
final class ReleasingHandler implements EventHandler<Event> {
  private final EventHandler<? super Event> handler;
  private final SharedSequence released;

  ReleasingHandler(EventHandler<? super Event> handler, SharedSequence released) {
    this.handler = handler;
    this.released = released;
  }

  @Override
  public void onEvent(Event event, long sequence, boolean endOfBatch) throws Exception {
    handler.onEvent(event, sequence, endOfBatch);
    if (endOfBatch) {
      released.set(sequence);
    }
  }

  @Override
  public void onBatchStart(long batchSize, long queueDepth) {
    handler.onBatchStart(batchSize, queueDepth);
  }

  @Override
  public void onStart() {
    handler.onStart();
  }

  @Override
  public void onShutdown() {
    handler.onShutdown();
  }

  @Override
  public void onTimeout(long sequence) throws Exception {
    handler.onTimeout(sequence);
  }

  @Override
  public void setSequenceCallback(Sequence sequenceCallback) {
    handler.setSequenceCallback(sequenceCallback);
  }
}
