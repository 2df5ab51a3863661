package org.queqiao.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A file that is written on a thread of its own while the client takes it: one piece in memory, and
 * whoever writes waits for the client. Nothing is answered before the first piece is full.
 */
final class Download extends OutputStream {
  private static final int PIECE = 64 * 1024;
  private static final long PATIENCE_S = 30;

  private final Call call;
  private final String type;
  private final String name;
  private final byte[] piece = new byte[PIECE];
  private int used;
  private boolean begun;

  Download(Call call, String type, String name) {
    this.call = call;
    this.type = type;
    this.name = name;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    int done = 0;
    while (done < count) {
      if (used == PIECE) {
        send(false);
      }
      int now = Math.min(count - done, PIECE - used);
      System.arraycopy(bytes, from + done, piece, used, now);
      used += now;
      done += now;
    }
  }

  /** Sends what is left and ends the answer. */
  void finish() throws IOException {
    send(true);
  }

  /** Ends the connection, so that nobody takes half of a file for all of it. */
  void abort() {
    call.onLoop(() -> call.routing().request().connection().close());
  }

  private void send(boolean last) throws IOException {
    Buffer content = Buffer.buffer().appendBytes(piece, 0, used);
    boolean first = !begun;
    begun = true;
    used = 0;
    CompletableFuture<Void> taken = new CompletableFuture<>();
    call.onLoop(() -> {
      HttpServerResponse response = call.response();
      if (response.ended() || response.closed()) {
        taken.completeExceptionally(new IOException("the client has gone"));
        return;
      }
      if (first) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, type);
        response.putHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
        response.setChunked(!last);
      }
      (last ? response.end(content) : response.write(content))
          .onSuccess(_ -> taken.complete(null))
          .onFailure(taken::completeExceptionally);
    });
    try {
      taken.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped while a file was sent", stopped);
    } catch (ExecutionException | TimeoutException gone) {
      throw new IOException("the client does not take the file", gone);
    }
  }
}
