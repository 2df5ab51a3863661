package org.queqiao.server.http;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.core.state.ClusterState;
import org.queqiao.runtime.loop.InboxFull;
import org.queqiao.server.view.Door;

/**
 * Questions of requests to the scheduler, answered on the event loop of the call. That it takes no
 * more of them is 503 and passes; whatever else keeps it from answering is a fault, is logged and
 * is 500, so that nobody asks again and again for what can never be answered.
 */
final class StateQuestions {
  private final Door door;

  StateQuestions(Door door) {
    this.door = door;
  }

  /** Asks; a scheduler that takes no more questions is 503. */
  <T> void ask(Call call, Function<ClusterState, T> question, Consumer<T> answer) {
    ask(call, question, answer, () -> call.refuse(Refused.schedulerBusy().refusal()));
  }

  /** As above, for who can say something else while the scheduler takes no more questions. */
  <T> void ask(
      Call call, Function<ClusterState, T> question, Consumer<T> answer, Runnable whenBusy) {
    var _ =
        door.ask(question)
            .whenComplete((found, failure) ->
                call.onLoop(() -> {
                  if (failure == null) {
                    answer.accept(found);
                  } else if (isBusy(failure)) {
                    whenBusy.run();
                  } else {
                    call.routing().fail(failure);
                  }
                }));
  }

  private static boolean isBusy(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof InboxFull || cause instanceof TimeoutException;
  }
}
