package org.queqiao.server.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.server.auth.Authentication;
import org.queqiao.server.auth.Authenticator;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.gateway.Shells;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.JobStatus;

/** Opens shells in running jobs, for their owners alone, a bounded number for each and in all. */
final class ShellRoute {
  private static final int MAX_SHELLS = 500;
  private static final int MAX_SHELLS_OF_ACCOUNT = 8;

  private final ClusterView view;
  private final OwnRuns runs;
  private final Shells shells;
  private final Authenticator authenticator;
  private final RateLimits limits;
  private final Map<UserName, Integer> open = new ConcurrentHashMap<>();
  private final AtomicInteger all = new AtomicInteger();

  ShellRoute(
      ClusterView view,
      OwnRuns runs,
      Shells shells,
      Authenticator authenticator,
      RateLimits limits) {
    this.view = view;
    this.runs = runs;
    this.shells = shells;
    this.authenticator = authenticator;
    this.limits = limits;
  }

  void on(Api api) {
    api.on("openJobShell", this::open);
  }

  private void open(Call call) {
    HttpServerRequest request = call.routing().request();
    if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      throw Refused.malformed("Upgrade", "a shell is opened as a WebSocket");
    }
    // What a browser sends along by itself opens no shell for the page of somebody else.
    if (!hasToken(call)) {
      throw Refused.malformed("Authorization", "a shell is opened with a token in this header");
    }
    runs.find(
        call,
        "a shell is opened by the owner of the job alone",
        job -> {
          if (job.run() == null || job.nodes().isEmpty() || over(job)) {
            throw conflict("id", "the job does not run: a shell is opened while it does");
          }
          JobStatus status = view.jobs().find(job.run().job().value()).status();
          if (status.state() == JobState.SUSPENDED) {
            throw conflict(
                "id", "the job is suspended, and so would be a shell in it: try when it goes on");
          }
          String node = call.text("node") == null ? job.nodes().getFirst() : call.text("node");
          if (!job.nodes().contains(node)) {
            throw conflict("node", "node " + node + " is not of this job");
          }
          upgrade(call, request, job, new NodeName(node), status.startMs());
        });
  }

  private static Refused conflict(String field, String detail) {
    return new Refused(Refusal.of(Refusal.Code.CONFLICT, field, detail));
  }

  private void upgrade(
      Call call, HttpServerRequest request, OwnRuns.OwnRun job, NodeName node, long startMs) {
    UserName user = call.principal().user();
    enter(user);
    BooleanSupplier stands = authenticator.standing(call.principal());
    request
        .toWebSocket()
        .onFailure(_ -> leave(user))
        .onSuccess(person -> {
          ShellRelay relay =
              new ShellRelay(
                  call.routing().vertx(),
                  person,
                  shells,
                  () -> stands.getAsBoolean() && !over(job),
                  () -> leave(user));
          relay.begin(
              shells.open(
                  job.run(), job.uid(), new NodeName(job.nodes().getFirst()), node, startMs));
        });
  }

  private boolean over(OwnRuns.OwnRun job) {
    JobEntry entry = view.jobs().find(job.run().job().value());
    return entry == null
        || entry.status().state() != JobState.RUNNING
            && entry.status().state() != JobState.COMPLETING
            && entry.status().state() != JobState.SUSPENDED
        || entry.status().attempt() != job.run().attempt();
  }

  private void enter(UserName user) {
    int own = open.merge(user, 1, Integer::sum);
    if (all.incrementAndGet() > MAX_SHELLS || own > MAX_SHELLS_OF_ACCOUNT) {
      leave(user);
      throw new Refused(
          new Refusal(
              Refusal.Code.TOO_MANY,
              "",
              "an account has at most "
                  + MAX_SHELLS_OF_ACCOUNT
                  + " shells open, all together "
                  + MAX_SHELLS
                  + ": close some",
              5));
    }
    Optional<Refusal> tooFast = limits.take(RateLimits.Kind.SHELL, user);
    if (tooFast.isPresent()) {
      leave(user);
      throw new Refused(tooFast.get());
    }
  }

  private void leave(UserName user) {
    all.decrementAndGet();
    open.computeIfPresent(user, (_, count) -> count == 1 ? null : count - 1);
  }

  private boolean hasToken(Call call) {
    var request = call.routing().request();
    return authenticator.authenticate(
            request.headers().getAll(HttpHeaders.AUTHORIZATION), null, "stream")
        instanceof Authentication.Known;
  }
}
