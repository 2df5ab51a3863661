package org.queqiao.server.auth.local;

import java.util.concurrent.CompletionStage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;

/** The way into the scheduler's inbox; the reply comes when its facts are durable. */
@FunctionalInterface
public interface InputDoor {
  CompletionStage<Reply> submit(Input input);
}
