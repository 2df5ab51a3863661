package org.queqiao.server.http;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.state.ClusterState;
import org.queqiao.server.auth.GivenReason;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.view.Door;

/** Inputs of requests: a refusal is answered as it is, else the code goes on with the reply. */
final class Inputs {
  private final Door door;
  private final StateQuestions questions;
  private final RejectionMeter rejections;
  private final boolean reasonsRequired;

  /**
   * Inputs through a door.
   *
   * @param reasonsRequired whether the site asks for a reason of every administrative change
   */
  Inputs(Door door, RejectionMeter rejections, boolean reasonsRequired) {
    this.door = door;
    this.questions = new StateQuestions(door);
    this.rejections = rejections;
    this.reasonsRequired = reasonsRequired;
  }

  /** Asks the scheduler about its state; the answer is given on the event loop of the call. */
  <T> void ask(Call call, Function<ClusterState, T> question, Consumer<T> answer) {
    questions.ask(call, question, answer);
  }

  /** Hands an input in, for a thread that waits for the reply, refusals included. */
  CompletableFuture<Reply> submit(Call call, Input input) {
    return door.submit(GivenReason.with(input, call.reason(), reasonsRequired));
  }

  /** Hands an input in; what follows runs on the event loop of the call. */
  void submit(Call call, Input input, Consumer<Reply> done) {
    submit(call, input, done, rejection -> call.refuse(Refusal.of(rejection)));
  }

  /** As above, for who says more than the scheduler does when it refuses. */
  void submit(Call call, Input input, Consumer<Reply> done, Consumer<Rejection> refused) {
    var _ =
        submit(call, input)
            .whenComplete((reply, failure) ->
                call.onLoop(() -> {
                  if (failure != null) {
                    call.routing().fail(failure);
                  } else if (reply instanceof Reply.Rejected(Rejection rejection)) {
                    rejections.rejected(input, rejection.code());
                    refused.accept(rejection);
                  } else {
                    done.accept(reply);
                  }
                }));
  }
}
