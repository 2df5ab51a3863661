package org.queqiao.server.auth.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.placement.HostList;
import org.queqiao.server.auth.Account;
import org.queqiao.server.auth.AccountDirectory;
import org.queqiao.server.auth.GivenReason;
import org.queqiao.server.auth.Identity;
import org.queqiao.server.auth.Outcome;
import org.queqiao.server.auth.ProblemJson;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.auth.Secret;
import org.queqiao.server.auth.StrictJson;
import org.queqiao.server.host.UnixAccounts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Local administration: HTTP on a Unix domain socket that only the owner of the data folder can
 * open. This is where the first account, the first roles of finance and audit and the first prices
 * come from; every change is an input whose actor is the local owner, so it is on the record.
 */
public final class LocalAdmin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalAdmin.class);
  private static final String PREFIX = "/local/v1";
  private static final int MAX_BODY = 16 << 10;
  private static final int MAX_SOCKET_PATH = 107;
  private static final int IDLE_S = 60;
  private static final int LOOKS = 400;
  private static final long LOOK_EVERY_MS = 5;

  private final Vertx vertx;
  private final Path socket;
  private final Identity identity;
  private final Ports ports;
  private final Actor owner;
  private final LocalInputs inputs;
  private HttpServer server;

  /**
   * What the socket reaches.
   *
   * @param accounts as the log has them
   * @param inputs into the scheduler
   * @param enrolments of node agents
   * @param nodes as the log has them
   * @param unixAccounts of this machine
   * @param ready whether requests are served
   * @param reasonsRequired whether the site asks for a reason of every administrative change
   */
  public record Ports(
      AccountDirectory accounts,
      InputDoor inputs,
      EnrolmentCodes enrolments,
      NodeDirectory nodes,
      UnixAccounts unixAccounts,
      BooleanSupplier ready,
      boolean reasonsRequired) {}

  /**
   * Prepares the administration.
   *
   * @param socket path of the socket, as {@code run/admin.sock} in the data folder
   * @param osUser who owns the data folder; named as the actor
   */
  public LocalAdmin(Vertx vertx, Path socket, String osUser, Identity identity, Ports ports) {
    this.vertx = vertx;
    this.socket = socket.toAbsolutePath();
    this.identity = identity;
    this.ports = ports;
    this.owner = Actor.localOwner(osUser);
    this.inputs = new LocalInputs(owner);
  }

  /**
   * Listens. The socket is made in a folder of mode 0700, gets its own mode there and is then moved
   * to its place: at no moment can anybody else open it, and one left by a crash is replaced.
   */
  public Future<LocalAdmin> start() {
    return vertx
        .executeBlocking(this::nursery)
        .compose(folder -> {
          Path unfinished = folder.resolve("s");
          server =
              vertx
                  .createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_S))
                  .requestHandler(router());
          return server
              .listen(SocketAddress.domainSocketAddress(unfinished.toString()))
              .compose(listening ->
                  vertx.executeBlocking(() -> {
                    moveInPlace(unfinished, folder);
                    return this;
                  }));
        });
  }

  /** The private folder in which the socket is made; its name is short, as the kernel wants. */
  private Path nursery() throws IOException {
    if (socket.toString().length() > MAX_SOCKET_PATH) {
      throw new IOException(
          "the path of the socket "
              + socket
              + " is longer than the "
              + MAX_SOCKET_PATH
              + " bytes that Linux allows: choose a data folder with a shorter path");
    }
    Path folder = socket.resolveSibling(".a");
    Files.deleteIfExists(folder.resolve("s"));
    Files.deleteIfExists(folder);
    return Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private void moveInPlace(Path unfinished, Path folder) throws IOException {
    Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
    Files.move(
        unfinished, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(folder);
  }

  private Router router() {
    Router router = Router.router(vertx);
    router
        .get("/health/ready")
        .handler(context -> {
          boolean ready = ports.ready().getAsBoolean();
          context.response().setStatusCode(ready ? 200 : 503);
          context.response().end(ready ? "ready\n" : "starting\n");
        });
    identityRoutes(router);
    nodeRoutes(router);
    on(router, HttpMethod.POST, "/users", context -> defineUser(context));
    inputs
        .requests()
        .forEach((line, request) -> {
          String[] both = line.split(" ", 2);
          on(
              router,
              HttpMethod.valueOf(both[0]),
              both[1],
              context ->
                  apply(
                      reason(context),
                      List.of(request.reader().read(LocalForm.read(context, request.fields())))));
        });
    return router;
  }

  private void identityRoutes(Router router) {
    on(router, HttpMethod.POST, "/token", of(identity::makeLocalToken));
    on(router, HttpMethod.POST, "/login-links", of(identity::makeLoginLink));
    on(
        router,
        HttpMethod.POST,
        "/passwords",
        context -> {
          LocalForm form = LocalForm.read(context, List.of("user", "password"));
          return ok(
              identity.setPassword(
                  form.required("user", UserName::new), Secret.of(form.required("password"))));
        });
    on(
        router,
        HttpMethod.DELETE,
        "/credentials",
        context ->
            ok(
                identity.erase(
                    LocalForm.read(context, List.of("user")).required("user", UserName::new))));
    on(router, HttpMethod.POST, "/signing-key/rotate", context -> ok(identity.rotateSigningKey()));
  }

  private static Function<RoutingContext, Future<Outcome<String>>> of(
      Function<UserName, ? extends CompletionStage<Outcome<Secret>>> make) {
    return context ->
        shown(make.apply(LocalForm.read(context, List.of("user")).required("user", UserName::new)));
  }

  private static Future<Outcome<String>> shown(CompletionStage<Outcome<Secret>> made) {
    return Future.fromCompletionStage(made)
        .map(outcome -> outcome.then(secret -> Outcome.accepted(secret.reveal())));
  }

  private static Future<Outcome<String>> ok(CompletionStage<Outcome<Boolean>> done) {
    return Future.fromCompletionStage(done)
        .map(outcome -> outcome.then(unused -> Outcome.accepted("ok")));
  }

  private void nodeRoutes(Router router) {
    on(
        router,
        HttpMethod.POST,
        "/enrolments",
        context ->
            shown(
                ports
                    .enrolments()
                    .issue(
                        LocalForm.read(context, List.of("node"))
                            .required("node", LocalAdmin::nodesToEnrol))));
    on(
        router,
        HttpMethod.GET,
        "/nodes/:name",
        context ->
            Future.succeededFuture(
                ports
                    .nodes()
                    .find(node(context))
                    .map(found -> Outcome.accepted(found.text()))
                    .orElseGet(() ->
                        Outcome.denied(
                            Refusal.of(Refusal.Code.NOT_FOUND, "there is no such node")))));
    on(
        router,
        HttpMethod.POST,
        "/nodes/:name/drain",
        context ->
            apply(
                reason(context),
                List.of(inputs.drain(node(context), LocalForm.read(context, List.of("reason"))))));
    on(
        router,
        HttpMethod.POST,
        "/nodes/:name/resume",
        context -> apply(reason(context), List.of(inputs.resume(node(context)))));
    on(
        router,
        HttpMethod.POST,
        "/nodes/:name/fence",
        context ->
            apply(
                reason(context),
                List.of(inputs.fence(node(context), LocalForm.read(context, List.of("reason"))))));
  }

  private static NavigableSet<NodeName> nodesToEnrol(String text) {
    NavigableSet<NodeName> nodes = HostList.parse(text);
    if (nodes.size() > EnrolmentCodes.MAX_NODES) {
      throw new IllegalArgumentException(
          "names " + nodes.size() + " nodes; at most " + EnrolmentCodes.MAX_NODES + " at a time");
    }
    return nodes;
  }

  private static NodeName node(RoutingContext context) {
    String name = context.pathParam("name");
    if (!NodeName.FORM.matcher(name).matches()) {
      throw new LocalForm.WrongForm(Refusal.Code.NOT_FOUND, "", "there is no such node");
    }
    return new NodeName(name);
  }

  /** An account, and its place in the project that pays for it. */
  private Future<Outcome<String>> defineUser(RoutingContext context) {
    LocalForm form = LocalForm.read(context, List.of("user", "title", "unixUser", "project"));
    UserName user = form.required("user", UserName::new);
    String title = form.optional("title").orElse(user.value());
    String unixUser = form.optional("unixUser").orElse("");
    ProjectName project = form.optional("project", ProjectName::new).orElse(null);
    String reason = reason(context);
    return vertx
        .executeBlocking(
            () -> unixUser.isEmpty() ? OptionalInt.of(-1) : ports.unixAccounts().uidOf(unixUser))
        .compose(uid -> {
          if (uid.isEmpty()) {
            return Future.succeededFuture(
                Outcome.denied(
                    Refusal.of(
                        Refusal.Code.INVALID,
                        "unixUser",
                        "this machine has no Unix user of that name")));
          }
          List<Input> steps = new ArrayList<>();
          steps.add(
              new Input.DefineUser(
                  owner, new UserDefined(user, title, unixUser, uid.getAsInt(), project)));
          if (project != null && !isMember(user, project)) {
            steps.add(
                new Input.SetMembership(
                    owner, new MembershipSet(project, user, MemberRank.MEMBER)));
          }
          if (project != null && hasNoRole(user)) {
            steps.add(new Input.GrantRole(owner, new RoleGranted(user, Role.RESEARCHER)));
          }
          return apply(reason, steps).compose(done -> whenKnown(user, done, LOOKS));
        });
  }

  /**
   * Answers when the directory has the account, so that whoever asks for its token next finds it:
   * the directory follows the log and may be a moment behind.
   */
  private Future<Outcome<String>> whenKnown(UserName user, Outcome<String> done, int looks) {
    boolean known = ports.accounts().find(user).isPresent();
    return known || looks == 0 || done instanceof Outcome.Denied<String>
        ? Future.succeededFuture(done)
        : vertx.timer(LOOK_EVERY_MS).compose(unused -> whenKnown(user, done, looks - 1));
  }

  /** A manager stays one. */
  private boolean isMember(UserName user, ProjectName project) {
    return ports
        .accounts()
        .find(user)
        .map(Account::memberships)
        .map(all -> all.stream().anyMatch(each -> each.project().equals(project)))
        .orElse(false);
  }

  /** Who watches over money or machines does not become a researcher by the way. */
  private boolean hasNoRole(UserName user) {
    return ports.accounts().find(user).map(account -> account.roles().isEmpty()).orElse(true);
  }

  /** Hands the inputs in one after the other; the first refusal ends it. */
  private Future<Outcome<String>> apply(String reason, List<Input> steps) {
    Future<Outcome<String>> done = Future.succeededFuture(Outcome.accepted("ok"));
    for (Input step : steps) {
      done =
          done.compose(before ->
              before instanceof Outcome.Denied<String>
                  ? Future.succeededFuture(before)
                  : Future.fromCompletionStage(submit(step, reason)).map(LocalAdmin::outcome));
    }
    return done;
  }

  private static String reason(RoutingContext context) {
    try {
      return GivenReason.of(context.request());
    } catch (IllegalArgumentException unread) {
      throw new LocalForm.WrongForm(
          Refusal.Code.MALFORMED,
          GivenReason.HEADER,
          "the header " + GivenReason.HEADER + " " + unread.getMessage());
    }
  }

  private CompletionStage<Reply> submit(Input step, String reason) {
    return ports.inputs().submit(GivenReason.with(step, reason, ports.reasonsRequired()));
  }

  private static Outcome<String> outcome(Reply reply) {
    return switch (reply) {
      case Reply.Rejected(var rejection) -> Outcome.denied(Refusal.of(rejection));
      case Reply.Done _,
          Reply.JobAccepted _,
          Reply.StepAccepted _,
          Reply.Planned _,
          Reply.Silent _,
          Reply.ChangeNumbered _,
          Reply.Proposed _,
          Reply.RunsRecorded _ ->
          Outcome.accepted("ok");
    };
  }

  private static void on(
      Router router,
      HttpMethod method,
      String path,
      Function<RoutingContext, Future<Outcome<String>>> handler) {
    Route route = router.route(method, PREFIX + path);
    route.handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
    route.handler(context -> {
      Future<Outcome<String>> answer;
      try {
        answer = handler.apply(context);
      } catch (LocalForm.WrongForm wrong) {
        answer = Future.succeededFuture(Outcome.denied(wrong.refusal()));
      }
      var loop = context.vertx().getOrCreateContext();
      answer.onComplete(
          done -> loop.runOnContext(unused -> respond(context, done.result(), done.cause())));
    });
  }

  private static void respond(RoutingContext context, Outcome<String> outcome, Throwable fault) {
    if (outcome == null) {
      LOG.error("a local request failed", fault);
      context.fail(500);
      return;
    }
    boolean json =
        context.request().getHeader("Accept") != null
            && context.request().getHeader("Accept").contains("application/json");
    switch (outcome) {
      case Outcome.Accepted<String>(String value) -> {
        context.response().putHeader("Cache-Control", "no-store");
        context.response().putHeader("Content-Type", json ? "application/json" : "text/plain");
        ObjectNode body = StrictJson.MAPPER.createObjectNode().put("value", value);
        context.response().end(json ? body.toString() : value + "\n");
      }
      case Outcome.Denied<String>(Refusal refusal) -> {
        if (json) {
          ProblemJson.send(context.response(), refusal);
        } else {
          context.response().setStatusCode(refusal.code().status());
          context.response().putHeader("Content-Type", "text/plain; charset=utf-8");
          context.response().end(refusal.code() + ": " + refusal.detail() + "\n");
        }
      }
    }
  }

  /** Stops listening and removes the socket. */
  public Future<Void> stop() {
    Future<Void> stopped = server == null ? Future.succeededFuture() : server.close();
    return stopped.eventually(() -> vertx.executeBlocking(() -> Files.deleteIfExists(socket)));
  }

  /** Stops and waits for it: never on an event loop. */
  @Override
  public void close() {
    stop().await();
  }
}
