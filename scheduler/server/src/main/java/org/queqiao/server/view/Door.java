package org.queqiao.server.view;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.state.ClusterState;

/**
 * The way of a request into the machine and of the reply back. A reply is released once the view
 * has taken in what it acknowledges, so that the next read of whoever was answered sees it.
 */
public final class Door {
  private final Function<Input, CompletableFuture<Reply>> inbox;
  private final Questions questions;
  private final LongSupplier durablePosition;
  private final ClusterView view;

  /** Asks about the machine's state, between two batches. */
  @FunctionalInterface
  public interface Questions {
    <T> CompletableFuture<T> ask(Function<ClusterState, T> question);
  }

  /**
   * A door.
   *
   * @param inbox of the runtime
   * @param questions to the runtime
   * @param durablePosition of the log itself: a reply comes before the feed has its facts
   */
  public Door(
      Function<Input, CompletableFuture<Reply>> inbox,
      Questions questions,
      LongSupplier durablePosition,
      ClusterView view) {
    this.inbox = inbox;
    this.questions = questions;
    this.durablePosition = durablePosition;
    this.view = view;
  }

  /**
   * Hands an input in. The future completes when its facts are durable and the view has them; on
   * any thread, so what is chained to it must be short.
   */
  public CompletableFuture<Reply> submit(Input input) {
    CompletableFuture<Reply> released = new CompletableFuture<>();
    var _ =
        inbox
            .apply(input)
            .whenComplete((reply, failure) -> {
              if (failure != null) {
                released.completeExceptionally(failure);
              } else {
                view.whenAt(durablePosition.getAsLong(), () -> released.complete(reply));
              }
            });
    return released;
  }

  /** Asks the machine, between two batches; fails when its inbox is full. */
  public <T> CompletableFuture<T> ask(Function<ClusterState, T> question) {
    return questions.ask(question);
  }
}
