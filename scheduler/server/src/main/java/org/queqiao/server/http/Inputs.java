package org.queqiao.server.http;

import java.util.function.Consumer;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.view.Door;

/** Inputs of requests: a refusal is answered as it is, else the code goes on with the reply. */
final class Inputs {
  private final Door door;
  private final RejectionMeter rejections;

  Inputs(Door door, RejectionMeter rejections) {
    this.door = door;
    this.rejections = rejections;
  }

  /** Hands an input in; what follows runs on the event loop of the call. */
  void submit(Call call, Input input, Consumer<Reply> done) {
    var _ =
        door.submit(input)
            .whenComplete((reply, failure) ->
                call.onLoop(() -> {
                  if (failure != null) {
                    call.routing().fail(failure);
                  } else if (reply instanceof Reply.Rejected(Rejection rejection)) {
                    rejections.rejected(input, rejection.code());
                    call.refuse(Refusal.of(rejection));
                  } else {
                    done.accept(reply);
                  }
                }));
  }
}
