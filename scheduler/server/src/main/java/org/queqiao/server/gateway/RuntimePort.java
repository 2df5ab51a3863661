package org.queqiao.server.gateway;

import java.util.concurrent.CompletionStage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;

/** What the gateway needs of the rest of the server. */
public interface RuntimePort {
  /** Hands in an input; completes, on any thread, after its facts are durable. */
  CompletionStage<Reply> submit(Input input);

  /** Term of this leader. */
  long epoch();

  /** The last position of the log that is durable. */
  long durablePosition();

  /** Where counters of runs go. */
  default CountersKeeper counters() {
    return CountersKeeper.NONE;
  }
}
