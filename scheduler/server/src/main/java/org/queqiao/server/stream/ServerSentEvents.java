package org.queqiao.server.stream;

import io.vertx.core.http.HttpServerResponse;

/** The beginning of every response that is a stream of server-sent events. */
public final class ServerSentEvents {
  /** What may wait for a slow reader before the writer looks. */
  private static final int MAX_QUEUED_BYTES = 256 << 10;

  private ServerSentEvents() {}

  /**
   * Sends the head and a first line.
   *
   * @param begins where the stream begins, for who reads it as text
   * @param end what happens once the reader is gone
   */
  public static void begin(HttpServerResponse response, String begins, Runnable end) {
    response.putHeader("Content-Type", "text/event-stream; charset=utf-8");
    response.putHeader("Cache-Control", "no-store");
    response.putHeader("X-Accel-Buffering", "no");
    response.setChunked(true);
    response.setWriteQueueMaxSize(MAX_QUEUED_BYTES);
    response.closeHandler(_ -> end.run());
    response.exceptionHandler(_ -> end.run());
    response.write("retry: 1000\n: begins " + begins + "\n\n");
  }
}
