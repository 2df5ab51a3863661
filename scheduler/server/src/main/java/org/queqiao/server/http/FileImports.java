package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.queqiao.accounting.imports.Quarantined;
import org.queqiao.server.view.ClusterView;

/**
 * What all files have in common that come in: one at a time, each after the books have the last.
 */
final class FileImports {
  private static final long PATIENCE_NANOS = 45_000_000_000L;

  private final ClusterView view;
  private final LedgerHistory history;
  private final Blocking blocking;

  /** One file at a time: the second then sees what the first brought. */
  private final Semaphore turn = new Semaphore(1);

  FileImports(ClusterView view, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.history = history;
    this.blocking = blocking;
  }

  static byte[] content(Call call) {
    Buffer body = call.routing().body().buffer();
    return body == null ? new byte[0] : body.getBytes();
  }

  /** Does it on a thread of its own and answers the call, unless another file is being taken. */
  <T> void take(Call call, Callable<T> work, Consumer<T> answer) {
    if (!turn.tryAcquire()) {
      throw Refused.busy("another file is being imported: try again in a second");
    }
    boolean begun = false;
    try {
      blocking.ask(
          call,
          () -> {
            try {
              return work.call();
            } finally {
              turn.release();
            }
          },
          answer);
      begun = true;
    } finally {
      if (!begun) {
        turn.release();
      }
    }
  }

  /** Waits until the books have all that the log has now, such as the file before this one. */
  void awaitBooks() {
    long seen = view.position();
    long beganNanos = System.nanoTime();
    do {
      history.awaitBooks(seen);
    } while (history.position() < seen && System.nanoTime() - beganNanos < PATIENCE_NANOS);
    if (history.position() < seen) {
      throw Refused.busy("the books are behind the log: try again in a second");
    }
  }

  static void write(List<Quarantined> quarantined, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("quarantined");
    for (Quarantined each : quarantined) {
      out.writeStartObject();
      out.writeNumberField("line", each.line());
      out.writeStringField("reason", each.reason());
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
