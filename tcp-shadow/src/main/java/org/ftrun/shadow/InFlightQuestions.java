package org.ftrun.shadow;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settled calls whose bytes are to be compared with the kernel's counters as soon as the shadow has
 * come to the point of the log where the member died, so that a takeover need not wait for it.
 *
 * <p>A question is marked with the sequence that the next event will get, and is put before that
 * event is published; so it is there when the shadow comes to the event (see {@link ReadingQueue}).
 * Only the shadow's thread answers; any thread may ask and count.
 */
public final class InFlightQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(InFlightQuestions.class);

  private record Question(long sequence, InFlightTransfer transfer, long bytes) {}

  private final Queue<Question> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong agreements = new AtomicLong();
  private final AtomicLong disagreements = new AtomicLong();

  /**
   * Asks whether a transfer moved so many bytes that the log does not have.
   *
   * @param sequence that of the next event
   * @param bytes what it moved, by its result
   */
  public void ask(long sequence, InFlightTransfer transfer, long bytes) {
    queue.add(new Question(sequence, transfer, bytes));
  }

  /** Forgets what was asked: nothing follows the log any more. */
  public void clear() {
    queue.clear();
  }

  /** Answers what was asked before event {@code sequence}, which the shadow has not seen yet. */
  void answer(long sequence, TcpShadow shadow) {
    Question head = queue.peek();
    while (head != null && head.sequence <= sequence) {
      queue.poll();
      ServiceDescriptor of = head.transfer.descriptor();
      answer(head, shadow.connection(of.process(), of.descriptor()));
      head = queue.peek();
    }
  }

  private void answer(Question question, Optional<ShadowConnection> logged) {
    if (logged.isEmpty()) {
      LOG.debug("no second opinion on {}: no connection is known", question.transfer);
      return;
    }
    InFlightBytes moved = question.transfer.moved(logged.get());
    if (question.bytes < moved.atLeast() || question.bytes > moved.atMost()) {
      disagreements.incrementAndGet();
      LOG.warn(
          "the last call of a primary, {}, moved {} bytes by its registers, {} by the counters"
              + " of {} to {}",
          question.transfer,
          question.bytes,
          moved,
          logged.get().local(),
          logged.get().remote());
    } else if (moved.isExact()) {
      agreements.incrementAndGet();
      LOG.debug("the counters agree: {} moved {} bytes", question.transfer, question.bytes);
    } else {
      LOG.debug("no second opinion on {}: {}", question.transfer, moved.doubt());
    }
  }

  /** Comparisons that came out equal. */
  public long agreements() {
    return agreements.get();
  }

  /** Comparisons that did not; each was logged. */
  public long disagreements() {
    return disagreements.get();
  }
}
