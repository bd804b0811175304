package org.ftrun.daemon.group;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.ftrun.tracer.member.MemberTracer;

/**
 * The tracer that waits for the next replica, if there is one: to start a thread takes longer than
 * to adopt. Any thread may ask.
 */
final class SpareTracer {
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicReference<MemberTracer> ready = new AtomicReference<>();

  /** A new tracer for members on a core, -1 for any. */
  MemberTracer make(int cpu) {
    return new MemberTracer("tracer-" + made.incrementAndGet(), cpu).start();
  }

  /** A tracer for a core: the one that waits, if it is for that. */
  MemberTracer take(int cpu) {
    MemberTracer tracer = ready.getAndSet(null);
    if (tracer != null && tracer.cpu() == cpu) {
      return tracer;
    }
    dismiss(tracer);
    return make(cpu);
  }

  /** Has one wait for a core from now on. */
  void prepare(int cpu) {
    dismiss(ready.getAndSet(make(cpu)));
  }

  /** None is needed any more. */
  void end() {
    dismiss(ready.getAndSet(null));
  }

  private static void dismiss(MemberTracer tracer) {
    if (tracer != null) {
      tracer.dismiss();
    }
  }
}
