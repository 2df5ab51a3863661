package org.queqiao.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.Base64;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.gateway.OutputRead;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.stream.ServerSentEvents;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;

/**
 * Follows what a job writes, as server-sent events, on the event loop of the reader's connection.
 * Every piece is read on the node by a process that has opened the file as the user of the job; it
 * holds an offset and at most one piece at a time. It ends once the job has, and all is told.
 */
final class OutputTail {
  private static final int PIECE_BYTES = 48 << 10;
  private static final long LOOK_MS = 1_000;
  private static final long ALIVE_MS = 15_000;

  /** So often in a row a node may be out of reach before the reader has to come back. */
  private static final int MAX_UNAVAILABLE = 60;

  private final Call call;
  private final Vertx vertx;
  private final HttpServerResponse response;
  private final ClusterView view;
  private final AgentGateway gateway;
  private final OwnRuns.OwnRun job;
  private final LaunchOrders.Stream stream;
  private final BooleanSupplier stillKnown;
  private final Runnable closed;
  private long offset;
  private long timer;
  private int unavailable;
  private boolean ended;

  OutputTail(
      Call call,
      ClusterView view,
      AgentGateway gateway,
      OwnRuns.OwnRun job,
      LaunchOrders.Stream stream,
      long from,
      BooleanSupplier stillKnown,
      Runnable closed) {
    this.call = call;
    this.vertx = call.routing().vertx();
    this.response = call.response();
    this.view = view;
    this.gateway = gateway;
    this.job = job;
    this.stream = stream;
    this.offset = from;
    this.stillKnown = stillKnown;
    this.closed = closed;
  }

  void begin() {
    ServerSentEvents.begin(response, "at " + offset, this::end);
    timer = vertx.setPeriodic(ALIVE_MS, _ -> alive());
    look();
  }

  private void alive() {
    if (!stillKnown.getAsBoolean()) {
      close();
    } else if (!response.writeQueueFull()) {
      response.write(": alive\n\n");
    }
  }

  /** Whether the run was over before a piece was read: an empty one is then the last. */
  private boolean over() {
    JobEntry entry = view.jobs().find(job.run().job().value());
    return entry == null
        || entry.status().state().isTerminal()
        || entry.status().state() == JobState.PENDING
        || entry.status().attempt() != job.run().attempt();
  }

  private void look() {
    if (ended) {
      return;
    }
    if (response.writeQueueFull()) {
      response.drainHandler(_ -> look());
      return;
    }
    boolean over = over();
    gateway
        .readOutput(
            new NodeName(job.nodes().getFirst()),
            job.run(),
            OutputRoute.spec(job),
            job.uid(),
            stream,
            offset,
            PIECE_BYTES)
        .whenComplete((read, failure) ->
            call.onLoop(() -> {
              if (!ended) {
                told(failure == null ? read : new OutputRead.Unavailable("it failed"), over);
              }
            }));
  }

  private void told(OutputRead read, boolean over) {
    switch (read) {
      case OutputRead.Piece(long size, byte[] bytes) -> {
        unavailable = 0;
        if (size < offset) {
          offset = 0;
          event("truncated", "{\"next\":0}");
          look();
        } else if (bytes.length > 0) {
          piece(bytes);
          look();
        } else {
          wait(over);
        }
      }
      case OutputRead.NotFound _ -> wait(over);
      case OutputRead.Refused(String _) -> {
        event("refused", "{\"next\":" + offset + "}");
        close();
      }
      case OutputRead.Unavailable(String _) -> {
        if (++unavailable > MAX_UNAVAILABLE) {
          close();
        } else {
          wait(false);
        }
      }
    }
  }

  private void wait(boolean over) {
    if (over) {
      event("end", "{\"next\":" + offset + "}");
      close();
    } else {
      vertx.setTimer(LOOK_MS, _ -> look());
    }
  }

  /** Bytes, not text: a piece may end within a character. */
  private void piece(byte[] bytes) {
    long from = offset;
    offset += bytes.length;
    event(
        "output",
        "{\"from\":"
            + from
            + ",\"next\":"
            + offset
            + ",\"base64\":\""
            + Base64.getEncoder().encodeToString(bytes)
            + "\"}");
  }

  private void event(String kind, String data) {
    response.write("id: " + offset + "\nevent: " + kind + "\ndata: " + data + "\n\n");
  }

  private void close() {
    if (!ended) {
      end();
      response.end();
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      vertx.cancelTimer(timer);
      closed.run();
    }
  }
}
