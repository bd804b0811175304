package org.ftrun.shadow;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/**
 * Carries readings from the tracer's thread, which makes them, to the thread that follows the event
 * log, in log order.
 *
 * <p>A reading is marked with the sequence that the next event will get, and is queued before that
 * event is published. So whoever has seen event <i>n</i> published finds all readings marked up to
 * <i>n</i> in the queue: publishing is a release, seeing it an acquire.
 */
public final class ReadingQueue implements SocketObserver {

  /**
   * A reading on its way.
   *
   * @param sequence of the event before which the service stood when it was made
   * @param of the service's descriptor
   * @param ofCall true if event {@code sequence} is the connect that it belongs to
   * @param reading the reading
   */
  record Marked(long sequence, ServiceDescriptor of, boolean ofCall, SocketReading reading) {}

  private final Queue<Marked> queue = new ConcurrentLinkedQueue<>();
  private final RepairReader reader = new RepairReader();
  private final LongSupplier nextSequence;

  /**
   * Creates the queue.
   *
   * @param nextSequence the sequence of the next event to be published; called on the tracer's
   *     thread, while nobody publishes
   */
  public ReadingQueue(LongSupplier nextSequence) {
    this.nextSequence = nextSequence;
  }

  @Override
  public void established(int pid, int process, int descriptor) {
    put(new ServiceDescriptor(process, descriptor), true, reader.read(pid, descriptor));
  }

  @Override
  public void stopped(int pid, int process, int descriptor) {
    put(new ServiceDescriptor(process, descriptor), false, reader.read(pid, descriptor));
  }

  /**
   * The service is stopped, and a descriptor refers to the same socket as one that has been read.
   */
  public void same(ServiceDescriptor descriptor, ServiceDescriptor known) {
    put(descriptor, false, new SocketReading.SameAs(known));
  }

  /**
   * A process is stopped that has closed some of the descriptors which it got from its parent,
   * without calls in the log.
   *
   * @param process its id in events
   * @param descriptors those that it has, as far as they are sockets
   */
  public void only(int process, Set<Integer> descriptors) {
    put(new ServiceDescriptor(process, 0), false, new SocketReading.Only(Set.copyOf(descriptors)));
  }

  private void put(ServiceDescriptor of, boolean ofCall, SocketReading reading) {
    queue.add(new Marked(nextSequence.getAsLong(), of, ofCall, reading));
  }

  /**
   * Takes the oldest reading if it was made before event {@code sequence} was published.
   *
   * @return null if there is none
   */
  Marked poll(long sequence) {
    Marked head = queue.peek();
    return head != null && head.sequence <= sequence ? queue.poll() : null;
  }
}
