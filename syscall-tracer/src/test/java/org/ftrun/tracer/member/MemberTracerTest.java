package org.ftrun.tracer.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MemberTracerTest {
  private final MemberTracer tracer = new MemberTracer("tracer-test", -1).start();

  @Test
  void shouldTellWhoeverWaitsWhenACommandFails() {
    for (Throwable failure :
        new Throwable[] {new IllegalStateException("state"), new OutOfMemoryError("memory")}) {
      assertThatThrownBy(() -> tracer.call(() -> fail(failure)))
          .isInstanceOf(CompletionException.class)
          .hasCause(failure);
      assertThatThrownBy(() -> tracer.post(() -> fail(failure)).get(10, TimeUnit.SECONDS))
          .hasCause(failure);
    }
    boolean[] ran = new boolean[1];
    tracer.call(() -> ran[0] = tracer.isCurrent());
    assertThat(ran[0]).as("the tracer lives on").isTrue();
  }

  private static void fail(Throwable failure) {
    if (failure instanceof Error) {
      throw (Error) failure;
    }
    throw (RuntimeException) failure;
  }

  @Test
  void shouldRefuseANewbornThatIsGone() {
    Newborn gone =
        new Newborn(
            Integer.MAX_VALUE, Integer.MAX_VALUE, null, null, List.of(), List.of(), List.of());
    CompletableFuture<String> refusal = new CompletableFuture<>();
    tracer
        .adopt(
            gone,
            null,
            ReplicaRole.Waiting.SLEEP,
            new MemberTracer.Adopter() {
              @Override
              public boolean adopted(ReplicaRole replica) {
                return refusal.complete("adopted");
              }

              @Override
              public void refused(String reason) {
                refusal.complete(reason);
              }
            })
        .join();
    assertThat(refusal).isCompletedWithValue("the replica died at its birth");
  }

  @Test
  void shouldRunACommandAfterTheStepWhenTheStepAsksForIt() {
    List<String> order = new ArrayList<>();
    tracer.call(
        () -> {
          tracer.afterStep(() -> order.add("afterwards"));
          order.add("step");
        });
    tracer.call(() -> order.add("next"));
    assertThat(order).containsExactly("step", "afterwards", "next");
  }

  @Test
  void shouldTakeNoCommandForAfterTheStepWhenItIsNotItsOwnStep() {
    assertThatThrownBy(() -> tracer.afterStep(() -> {})).isInstanceOf(IllegalStateException.class);
  }
}
