package org.queqiao.server.http;

import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.queqiao.contract.id.UserName;
import org.queqiao.server.auth.Authentication;
import org.queqiao.server.auth.Authenticator;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.view.ClusterView;

/** Opens tails of outputs, a bounded number for each account and in all. */
final class TailRoute {
  private static final int MAX_TAILS = 500;
  private static final int MAX_TAILS_OF_ACCOUNT = 8;

  private final ClusterView view;
  private final OwnRuns runs;
  private final AgentGateway gateway;
  private final Authenticator authenticator;
  private final Map<UserName, Integer> open = new ConcurrentHashMap<>();
  private final AtomicInteger all = new AtomicInteger();

  TailRoute(ClusterView view, OwnRuns runs, AgentGateway gateway, Authenticator authenticator) {
    this.view = view;
    this.runs = runs;
    this.gateway = gateway;
    this.authenticator = authenticator;
  }

  void on(Api api) {
    api.on("followJobOutput", this::follow);
  }

  private void follow(Call call) {
    long from = from(call);
    runs.find(
        call,
        "output is followed by the owner of the job alone",
        job -> {
          if (job.run() == null || job.nodes().isEmpty()) {
            throw new Refused(
                Refusal.of(
                    Refusal.Code.CONFLICT,
                    "id",
                    "the job has not started: there is no output yet"));
          }
          LaunchOrders.Stream stream =
              call.text("stream").equals("stderr") && !job.stderrPath().isEmpty()
                  ? LaunchOrders.Stream.STDERR
                  : LaunchOrders.Stream.STDOUT;
          enter(call.principal().user());
          new OutputTail(
                  call,
                  view,
                  gateway,
                  job,
                  stream,
                  from,
                  () -> stillKnown(call),
                  () -> leave(call.principal().user()))
              .begin();
        });
  }

  private void enter(UserName user) {
    int own = open.merge(user, 1, Integer::sum);
    if (all.incrementAndGet() > MAX_TAILS || own > MAX_TAILS_OF_ACCOUNT) {
      leave(user);
      throw new Refused(
          new Refusal(
              Refusal.Code.TOO_MANY,
              "",
              "an account follows at most "
                  + MAX_TAILS_OF_ACCOUNT
                  + " outputs, all together "
                  + MAX_TAILS
                  + ": close some",
              5));
    }
  }

  private void leave(UserName user) {
    all.decrementAndGet();
    open.computeIfPresent(user, (_, count) -> count == 1 ? null : count - 1);
  }

  private static long from(Call call) {
    List<String> headers = call.routing().request().headers().getAll("Last-Event-ID");
    if (headers.isEmpty()) {
      return call.number("from");
    }
    String text = headers.getFirst();
    if (headers.size() > 1 || !text.matches("[0-9]{1,18}")) {
      throw Refused.malformed("Last-Event-ID", "Last-Event-ID must be the id of an event");
    }
    return Long.parseLong(text);
  }

  private boolean stillKnown(Call call) {
    var request = call.routing().request();
    return authenticator.authenticate(
            request.headers().getAll(HttpHeaders.AUTHORIZATION), null, "stream")
        instanceof Authentication.Known;
  }
}
