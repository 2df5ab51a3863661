package org.queqiao.server.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.queqiao.contract.id.UserName;
import org.queqiao.server.auth.Authentication;
import org.queqiao.server.auth.Authenticator;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.stream.EventHub;
import org.queqiao.server.stream.EventStream;

/** Opens streams of events, a bounded number for each account and in all. */
final class EventRoute {
  private static final int MAX_STREAMS = 2_000;
  private static final int MAX_STREAMS_OF_ACCOUNT = 32;
  private static final long HEARTBEAT_MS = 15_000;

  private final Vertx vertx;
  private final EventHub hub;
  private final Authenticator authenticator;
  private final Map<UserName, Integer> open = new ConcurrentHashMap<>();

  EventRoute(Vertx vertx, EventHub hub, Authenticator authenticator) {
    this.vertx = vertx;
    this.hub = hub;
    this.authenticator = authenticator;
  }

  void on(Api api) {
    api.on("followEvents", this::follow);
  }

  private void follow(Call call) {
    UserName user = call.principal().user();
    long last = hub.lastPosition();
    long cursor = cursor(call, last);
    if (hub.streams() >= MAX_STREAMS) {
      throw Refused.busy("too many streams of events are open: try again later");
    }
    if (open.merge(user, 1, Integer::sum) > MAX_STREAMS_OF_ACCOUNT) {
      leave(user);
      throw new Refused(
          new Refusal(
              Refusal.Code.TOO_MANY,
              "",
              "this account has " + MAX_STREAMS_OF_ACCOUNT + " streams of events open: close some",
              5));
    }
    boolean begun =
        EventStream.begin(
            hub,
            vertx,
            call.response(),
            user,
            cursor,
            HEARTBEAT_MS,
            () -> stillKnown(call),
            () -> leave(user));
    if (!begun) {
      leave(user);
      throw Refused.busy("too many streams are reading the past: try again");
    }
  }

  private void leave(UserName user) {
    open.computeIfPresent(user, (_, count) -> count == 1 ? null : count - 1);
  }

  private static long cursor(Call call, long last) {
    List<String> headers = call.routing().request().headers().getAll("Last-Event-ID");
    Long cursor = call.number("from");
    if (!headers.isEmpty()) {
      String text = headers.getFirst();
      if (headers.size() > 1 || !text.matches("[0-9]{1,18}")) {
        throw Refused.malformed("Last-Event-ID", "Last-Event-ID must be the id of an event");
      }
      cursor = Long.parseLong(text);
    }
    if (cursor == null) {
      return last;
    }
    if (cursor > last) {
      throw new Refused(
          Refusal.of(
              Refusal.Code.CONFLICT,
              "Last-Event-ID",
              "this log ends at "
                  + last
                  + ", before the event "
                  + cursor
                  + ": it is another log, so begin without Last-Event-ID and read everything again"));
    }
    return cursor;
  }

  private boolean stillKnown(Call call) {
    var request = call.routing().request();
    return authenticator.authenticate(
            request.headers().getAll(HttpHeaders.AUTHORIZATION), null, "stream")
        instanceof Authentication.Known;
  }
}
