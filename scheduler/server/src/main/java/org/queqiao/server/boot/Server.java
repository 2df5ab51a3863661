package org.queqiao.server.boot;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.queqiao.accounting.database.DatabaseKeeper;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.intake.Intake;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.Ledger;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.money.FiscalYears;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.state.ClusterState;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.file.FileEventLog;
import org.queqiao.eventlog.file.LogSettings;
import org.queqiao.runtime.FaultHandler;
import org.queqiao.runtime.RuntimeSettings;
import org.queqiao.runtime.SchedulerRuntime;
import org.queqiao.runtime.TimeSource;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.runtime.copy.StateCopies;
import org.queqiao.runtime.feed.Subscription;
import org.queqiao.server.auth.AuthSettings;
import org.queqiao.server.auth.Identity;
import org.queqiao.server.auth.Outcome;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.auth.Secret;
import org.queqiao.server.auth.local.LocalAdmin;
import org.queqiao.server.auth.local.NodeDirectory;
import org.queqiao.server.config.ConfigException;
import org.queqiao.server.config.ServerConfig;
import org.queqiao.server.counters.RunCounters;
import org.queqiao.server.forecast.Forecasts;
import org.queqiao.server.forecast.Proved;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.gateway.GatewaySettings;
import org.queqiao.server.gateway.NodeGauges;
import org.queqiao.server.gateway.RuntimePort;
import org.queqiao.server.host.UnixUsers;
import org.queqiao.server.http.HttpService;
import org.queqiao.server.metrics.Metrics;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.pki.LaunchSettings;
import org.queqiao.server.pki.Pki;
import org.queqiao.server.pki.PkiSettings;
import org.queqiao.server.stream.EventHub;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Foresight;
import org.queqiao.server.view.LiveFiscalYears;
import org.queqiao.server.view.Utilisation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All parts of a server, wired by hand in the order in which they need each other. What was started
 * last is closed first; closing leaves database, agents and jobs alone.
 */
public final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final int FINISHED_IN_MEMORY = 100_000;
  private static final int EVENT_RING = 65_536;
  private static final int CATCHING_UP = 16;
  private static final long REPLAYED_FACTS = 3_000_000;
  private static final int UTILISATION_CHANGES = 200_000;
  private static final int UTILISATION_MINUTES = 400 * 24 * 60;

  private final Options options;
  private ServerConfig config;
  private LiveFiscalYears fiscalYears;
  private final FaultHandler faults;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private volatile boolean ready;
  private volatile int port;

  private Server(Options options, ServerConfig config, FaultHandler faults) {
    this.options = options;
    this.config = config;
    this.faults = faults;
  }

  /** Starts everything; returns when it serves. */
  public static Server start(Options options, FaultHandler faults) throws Exception {
    Server server = new Server(options, ServerConfig.read(options.config()), faults);
    try {
      server.startAll();
      return server;
    } catch (Exception | Error e) {
      server.close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    started.push(part);
    return part;
  }

  private void startAll() throws Exception {
    if (config.http().tls()) {
      NamedSecrets.checkKey("http.tlsKey", Path.of(config.http().tlsKey()));
    }
    DataFolder folder = DataFolder.open(options.data());
    started.push(folder::close);
    EventLog log = FileEventLog.open(folder.log(), logSettings());
    started.push(log::close);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    started.push(() -> await(vertx.close()));

    UnixUsers unixUsers = new UnixUsers(System::currentTimeMillis);
    RunCounters counters = keep(new RunCounters(folder.counters()));
    RuntimeDoor door = new RuntimeDoor(counters);
    Nodes nodes = nodes(folder, vertx, unixUsers, door);
    AgentGateway gateway = nodes.gateway();
    SchedulerRuntime runtime =
        keep(
            SchedulerRuntime.open(
                log, runtimeSettings(), TimeSource.system(), gateway::desiredChanged, faults));
    door.open(runtime);
    ClusterImage image = runtime.startImage();
    Ledger ledger = keep(openLedger(folder, runtime));
    runtime.start();
    firstFacts(runtime, image, unixUsers);

    Followers followers = followers(folder, ledger, log, runtime, image);
    ClusterView view = followers.view();
    org.queqiao.server.view.Door admitted =
        new org.queqiao.server.view.Door(
            runtime::submit, asking(runtime), log::durablePosition, view);
    Identity identity = openIdentity(folder, view);
    LocalAdmin local = localAdmin(folder, vertx, identity, view, admitted, nodes, unixUsers);
    await(gateway.start());
    started.push(() -> await(gateway.stop()));
    gateway.expect(image);
    serve(
        new Parts(
            vertx,
            config,
            runtime,
            log,
            view,
            followers.hub(),
            followers.forecasts(),
            followers.foresight(),
            ledger,
            followers.intake(),
            identity,
            gateway,
            counters,
            unixUsers),
        admitted);
    await(local.start());
    started.push(() -> await(local.stop()));
    announce(folder);
    ready = true;
  }

  /** The node side: who nodes are, and their connections. */
  private record Nodes(Pki pki, AgentGateway gateway) {}

  private Nodes nodes(DataFolder folder, Vertx vertx, UnixUsers unixUsers, RuntimePort door)
      throws Exception {
    ServerConfig.Agents agents = config.agents();
    int port = agents.port() == 0 ? folder.keptPort("agent-port") : agents.port();
    Pki pki =
        Pki.open(
            new PkiSettings(folder.pki(), List.of(agents.host()), port), System::currentTimeMillis);
    pki.writeLaunchPublicKey(folder.launchKey());
    LaunchOrders orders =
        keep(
            new LaunchOrders(
                pki.signer(),
                unixUsers,
                LaunchSettings.DEFAULT
                    .withJobProgram(options.jobProgramWith(config))
                    .withProcesses(agents.processesPerRun(), agents.noNewPrivileges()),
                System::currentTimeMillis));
    AgentGateway gateway =
        new AgentGateway(
            vertx,
            GatewaySettings.on(agents.host(), port)
                .withSilenceMs(agents.silentMs())
                .withBridges(config.bridges().byCluster()),
            pki,
            orders,
            door);
    return new Nodes(pki, gateway);
  }

  /** Those that follow the log: the read model, the streams of events, accounting. */
  private record Followers(
      ClusterView view, EventHub hub, Forecasts forecasts, Foresight foresight, Intake intake) {}

  /** Starts them; returns when the read model has reached the end of the log. */
  private Followers followers(
      DataFolder folder, Ledger ledger, EventLog log, SchedulerRuntime runtime, ClusterImage image)
      throws Exception {
    ClusterView view =
        new ClusterView(
            image,
            FINISHED_IN_MEMORY,
            cause -> faults.fault(org.queqiao.runtime.Fault.MACHINE_FAILED, cause));
    EventHub hub = new EventHub(view, runtime.feed(), EVENT_RING, CATCHING_UP);
    view.onChange(fiscalYears);
    view.onChange(hub);
    Forecasts forecasts = new Forecasts(image, view.jobs());
    Foresight foresight = new Foresight(view.jobs());
    view.onChange(keep(Proved.open(folder.proved(), forecasts, foresight, log, image.position())));
    follow(runtime.feed().subscribe(image.position(), view));
    Intake intake = keep(new Intake(ledger, HeadFile.open(folder.ledgerHeads())));
    keep(new ArchiveDesk(ledger, InstantSource.system()));
    BudgetWords budgets = keep(new BudgetWords(ledger, runtime::submit));
    follow(budgets.follow(runtime.feed(), intake));
    CompletableFuture<Void> current = new CompletableFuture<>();
    view.whenAt(runtime.durablePosition(), () -> current.complete(null));
    current.get();
    return new Followers(view, hub, forecasts, foresight, intake);
  }

  private Identity openIdentity(DataFolder folder, ClusterView view) throws Exception {
    return keep(
        Identity.open(
            folder.authentication(),
            AuthSettings.at(URI.create(publicUrl())),
            name -> view.site().account(name),
            InstantSource.system(),
            cause -> faults.fault(org.queqiao.runtime.Fault.MACHINE_FAILED, cause)));
  }

  private LocalAdmin localAdmin(
      DataFolder folder,
      Vertx vertx,
      Identity identity,
      ClusterView view,
      org.queqiao.server.view.Door admitted,
      Nodes nodes,
      UnixUsers unixUsers) {
    return new LocalAdmin(
        vertx,
        folder.adminSocket(),
        options.owner(),
        identity,
        new LocalAdmin.Ports(
            name -> view.site().account(name),
            admitted::submit,
            node -> enrol(vertx, nodes.pki(), node),
            node -> nodeCondition(view, nodes.gateway(), node),
            unixUsers,
            () -> ready,
            config.audit().reasonsRequired()));
  }

  private static org.queqiao.server.view.Door.Questions asking(SchedulerRuntime runtime) {
    return new org.queqiao.server.view.Door.Questions() {
      @Override
      public <T> CompletableFuture<T> ask(Function<ClusterState, T> question) {
        return runtime.query(question);
      }
    };
  }

  private void follow(Subscription subscription) {
    started.push(subscription);
  }

  /** Wires the routes and opens the port. */
  private void serve(Parts parts, org.queqiao.server.view.Door admitted) throws Exception {
    ClusterView view = parts.view();
    Utilisation utilisation = new Utilisation(UTILISATION_CHANGES, UTILISATION_MINUTES);
    follow(parts.runtime().feed().subscribe(0, utilisation));
    keep(AlertSecrets.open(parts.vertx(), parts.ledger(), config.alerts()));
    Metrics metrics = keep(new Metrics());
    HttpService http =
        new HttpService(
            config,
            new HttpService.Surroundings(
                parts.vertx(),
                view,
                admitted,
                parts.hub(),
                parts.ledger().reads(),
                parts.intake()::position,
                utilisation,
                parts.identity(),
                parts.gateway(),
                parts.counters(),
                parts.unixUsers(),
                new JobQuestions(
                    new StateCopies(parts.log(), REPLAYED_FACTS), JobQuestions.Bounds.USUAL),
                () -> parts.runtime().gauges().inputsTotal(),
                parts.forecasts(),
                () -> troubles(parts),
                metrics::scrape,
                metrics::answered,
                metrics::rejected));
    metrics.loop(parts.runtime()::gauges);
    metrics.followers(parts.runtime()::durablePosition, view, parts.intake()::position);
    metrics.forecasts(parts.forecasts()::coverage);
    metrics.foresight(parts.foresight());
    metrics.agents(
        () -> parts.gateway().gauges().values().stream().filter(NodeGauges::connected).count(),
        parts.gateway().counters());
    metrics.connections(http::connections, parts.hub()::streams);
    port = listen(http);
    started.push(() -> await(http.stop()));
  }

  private int listen(HttpService http) throws Exception {
    try {
      return await(http.start(wantedPort(), this::publicUrl));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BindException taken) {
        throw new ConfigException(
            "cannot listen on "
                + config.http().host()
                + " port "
                + wantedPort()
                + " ("
                + taken.getMessage()
                + "): stop what listens there, or choose another port with --port or http.port");
      }
      throw e;
    }
  }

  /** What does not work now, by part; empty when all does. */
  private Map<String, String> troubles(Parts parts) {
    Map<String, String> wrong = new TreeMap<>();
    if (!ready) {
      wrong.put("server", "starting or stopping");
    }
    if (!parts.intake().trouble().isEmpty()) {
      wrong.put("database", "cannot be written; charges wait in the log");
    }
    if (!parts.log().acceptsNewWork()) {
      wrong.put("log", "the disk has no room for new jobs");
    }
    return wrong;
  }

  /** Opens the books, once it is certain that the log and the configuration make the same bills. */
  private Ledger openLedger(DataFolder folder, SchedulerRuntime runtime) throws IOException {
    config = config.with(Bootstrap.agreed(config.billing(), runtime, options.owner()));
    fiscalYears =
        new LiveFiscalYears(
            new FiscalYears(
                config.billing().fiscalYearStart(), runtime.startImage().money().fiscalYears()));
    ServerConfig.Database database = config.database();
    EmbeddedDatabase.Access access;
    if (database.embedded()) {
      EmbeddedDatabase embedded = new EmbeddedDatabase(folder.postgres());
      access = embedded.start();
      keep(new DatabaseKeeper(embedded, () -> {}));
    } else {
      access =
          new EmbeddedDatabase.Access(
              database.url(),
              database.user(),
              NamedSecrets.password("database.passwordFile", Path.of(database.passwordFile())));
    }
    return Ledger.open(
        access.url(),
        access.user(),
        access.password(),
        new BillingCalendar(config.billing().zone(), fiscalYears),
        folder.archive());
  }

  private LogSettings logSettings() {
    return LogSettings.defaults()
        .withSegmentBytes(Math.toIntExact(config.log().segmentBytes()))
        .withReserve(config.log().reserveBytes(), config.log().lowWaterBytes());
  }

  private RuntimeSettings runtimeSettings() {
    RuntimeSettings defaults = RuntimeSettings.DEFAULTS;
    return new RuntimeSettings(
        "server " + ProcessHandle.current().pid(),
        config.loop().inboxCapacity(),
        config.loop().maxBatch(),
        defaults.maxPassesPerStep(),
        defaults.tickMs(),
        config.loop().snapshotEveryEvents(),
        defaults.feedBuffer());
  }

  /** The facts without which nobody could do anything, and those of the demo. */
  private void firstFacts(SchedulerRuntime runtime, ClusterImage image, UnixUsers unixUsers)
      throws IOException, InterruptedException, ExecutionException {
    String owner = options.owner();
    Bootstrap bootstrap = new Bootstrap(runtime::submit, owner, config.billing().currency());
    bootstrap.billing(config.billing());
    Bootstrap.UnixUser unix = unixUser(unixUsers, owner);
    bootstrap.first(image, unix.uid() == 0 ? Bootstrap.UnixUser.NONE : unix);
    if (!options.demoUnixUsers().isEmpty()) {
      Bootstrap.UnixUser first = unixUser(unixUsers, options.demoUnixUsers().getFirst());
      bootstrap.demo(image, first, unixUser(unixUsers, options.demoUnixUsers().getLast()));
    }
  }

  private static Bootstrap.UnixUser unixUser(UnixUsers unixUsers, String name) throws IOException {
    OptionalInt uid = unixUsers.uidOf(name);
    if (uid.isEmpty()) {
      throw new ConfigException("there is no Unix user '" + name + "' on this machine");
    }
    return new Bootstrap.UnixUser(name, uid.getAsInt());
  }

  private static CompletionStage<Outcome<Secret>> enrol(
      Vertx vertx, Pki pki, NavigableSet<NodeName> nodes) {
    return vertx
        .executeBlocking(() -> Outcome.accepted(Secret.of(pki.enrolmentTexts(nodes))))
        .otherwise(failure -> {
          LOG.warn("enrolment refused nodes={} first={}", nodes.size(), nodes.first(), failure);
          return Outcome.denied(
              Refusal.of(
                  Refusal.Code.BUSY,
                  failure instanceof Pki.RefusedException
                      ? failure.getMessage()
                      : "no enrolment can be made now; see the server's log"));
        })
        .toCompletionStage();
  }

  private static Optional<NodeDirectory.Condition> nodeCondition(
      ClusterView view, AgentGateway gateway, NodeName node) {
    NodeGauges gauges = gateway.gauges().get(node);
    boolean connected = gauges != null && gauges.connected();
    return view.nodes()
        .find(node)
        .map(entry -> new NodeDirectory.Condition(entry.state(), entry.drained(), connected));
  }

  private int wantedPort() {
    return options.portWith(config);
  }

  /** Where the server listens, once it does. */
  public int port() {
    return port;
  }

  private String publicUrl() {
    ServerConfig.Http http = config.http();
    return http.publicUrl().isEmpty()
        ? (http.tls() ? "https://" : "http://")
            + http.hostInUrl()
            + ":"
            + (port > 0 ? port : wantedPort())
        : http.publicUrl();
  }

  private void announce(DataFolder folder) throws IOException {
    boolean demo = !options.demoUnixUsers().isEmpty();
    folder.announce(
        "first-account",
        (demo ? Bootstrap.DEMO_ADMINISTRATOR : Bootstrap.FIRST_ADMINISTRATOR) + "\n");
    folder.announce(
        "server.json",
        "{\"pid\": " + ProcessHandle.current().pid() + ", \"url\": \"" + publicUrl() + "\"}\n");
    LOG.info("serving at {}", publicUrl());
  }

  private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
    return future.toCompletionStage().toCompletableFuture().get();
  }

  /** Ends what was started, the last first; one part that fails does not keep the others. */
  @Override
  public void close() {
    ready = false;
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        LOG.warn("a part did not close", e);
      }
    }
  }
}
