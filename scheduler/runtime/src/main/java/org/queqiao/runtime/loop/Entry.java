package org.queqiao.runtime.loop;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;

/** What waits in the inbox. */
sealed interface Entry {
  /** An input whose sender waits for the reply. */
  record Told(Input input, CompletableFuture<Reply> reply) implements Entry {}

  /** A question about the state, answered between batches. */
  record Asked<T>(Function<SchedulerMachine, T> question, CompletableFuture<T> answer)
      implements Entry {
    void answer(SchedulerMachine machine) {
      try {
        answer.complete(question.apply(machine));
      } catch (RuntimeException failure) {
        answer.completeExceptionally(failure);
      }
    }
  }
}
