package org.queqiao.server.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.NetSocket;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.queqiao.server.gateway.Shells;

/**
 * Passes the sealed bytes of one shell between a person and a node, on the event loop of the
 * person's connection. It keeps nothing: while one end does not take what the other says, the other
 * is not read.
 */
final class ShellRelay {
  private static final long LOOK_MS = 15_000;

  /**
   * Of this many looks one has to be answered by the person's program, which does not while its
   * terminal takes nothing.
   */
  private static final int SILENT_LOOKS = 40;

  /** So many looks nobody may say anything: two hours. */
  private static final int IDLE_LOOKS = 480;

  private static final short GOING_AWAY = 1001;
  private static final short NORMAL = 1000;

  private final Vertx vertx;
  private final Context loop;
  private final ServerWebSocket person;
  private final Shells shells;
  private final BooleanSupplier stillAllowed;
  private final Runnable left;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private Shells.Opened shell;
  private NetSocket node;
  private long timer;
  private int silent;
  private int idle;
  private boolean ended;

  ShellRelay(
      Vertx vertx,
      ServerWebSocket person,
      Shells shells,
      BooleanSupplier stillAllowed,
      Runnable left) {
    this.vertx = vertx;
    this.loop = vertx.getOrCreateContext();
    this.person = person;
    this.shells = shells;
    this.stillAllowed = stillAllowed;
    this.left = left;
  }

  void begin(CompletionStage<Shells.Opened> opening) {
    person.pause();
    person.closeHandler(_ -> end(NORMAL, ""));
    person.exceptionHandler(_ -> end(GOING_AWAY, ""));
    person.pongHandler(_ -> silent = 0);
    timer = vertx.setPeriodic(LOOK_MS, _ -> look());
    opening.whenComplete((opened, failure) ->
        loop.runOnContext(_ -> {
          if (failure != null) {
            refuse(failure);
            left.run();
            return;
          }
          // Its place is free when its end is in the log, which bounds what is written, and its
          // connections are closed: a process of the job may say the one and keep the other.
          opened.over().thenCombine(closed, (_, _) -> null).thenRun(left);
          if (ended) {
            shells.ended(opened);
          } else {
            shell = opened;
            opened.host().whenComplete((host, late) -> loop.runOnContext(_ -> joined(host, late)));
          }
        }));
  }

  private void refuse(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String reason = cause instanceof Shells.NoShell ? cause.getMessage() : "the server failed";
    if (!ended) {
      person.writeTextMessage("refused " + reason);
      end(NORMAL, "");
    }
  }

  private void joined(Shells.Host host, Throwable late) {
    if (late != null) {
      refuse(late);
      return;
    }
    if (ended) {
      host.socket().close();
      return;
    }
    node = host.socket();
    // Not when it is closed: what it has said before is still to be passed on.
    node.endHandler(_ -> loop.runOnContext(_ -> end(NORMAL, "")));
    node.exceptionHandler(_ -> node.close());
    person.writeTextMessage(
        "shell "
            + shell.step()
            + " "
            + shell.node()
            + " "
            + Base64.getEncoder().encodeToString(shell.key()));
    node.handler(this::fromNode);
    person.handler(this::fromPerson);
    if (host.first().length() > 0) {
      fromNode(host.first());
    }
    node.resume();
    person.resume();
  }

  private void fromNode(Buffer bytes) {
    idle = 0;
    person.write(bytes);
    if (person.writeQueueFull()) {
      person.drainHandler(_ -> node.resume());
      node.pause();
      // The two have loops of their own: it may have drained before this was paused.
      if (!person.writeQueueFull()) {
        node.resume();
      }
    }
  }

  private void fromPerson(Buffer bytes) {
    idle = 0;
    node.write(bytes).onFailure(_ -> node.close());
    if (node.writeQueueFull()) {
      node.drainHandler(_ -> person.resume());
      person.pause();
      if (!node.writeQueueFull()) {
        person.resume();
      }
    }
  }

  private void look() {
    if (!stillAllowed.getAsBoolean()) {
      end(GOING_AWAY, "the job or the token has ended");
    } else if (++idle > IDLE_LOOKS) {
      end(GOING_AWAY, "nobody has said anything for two hours");
    } else if (++silent > SILENT_LOOKS && !person.writeQueueFull()) {
      end(GOING_AWAY, "no answer");
    } else {
      person.writePing(Buffer.buffer("alive"));
    }
  }

  private void end(short code, String reason) {
    if (ended) {
      return;
    }
    ended = true;
    vertx.cancelTimer(timer);
    if (shell != null) {
      shells.ended(shell);
    }
    if (node != null) {
      node.close();
    }
    if (!person.isClosed()) {
      person.close(code, reason);
    }
    closed.complete(null);
  }
}
