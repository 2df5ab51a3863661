package org.queqiao.server.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.server.auth.AuthRoutes;
import org.queqiao.server.auth.Identity;
import org.queqiao.server.config.ServerConfig;
import org.queqiao.server.counters.RunCounters;
import org.queqiao.server.forecast.Forecasts;
import org.queqiao.server.gateway.AgentGateway;
import org.queqiao.server.gateway.Shells;
import org.queqiao.server.host.UnixAccounts;
import org.queqiao.server.stream.EventHub;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Door;
import org.queqiao.server.view.Utilisation;

/**
 * The HTTP side of a server: one router, answered by several event loops. Stops accepting before it
 * closes what is open.
 */
public final class HttpService {
  private static final int BLOCKING_AT_ONCE = 64;
  private static final int MAX_LINE_BYTES = 8 << 10;
  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final long BODY_TIMEOUT_MS = 30_000;
  private static final long SWEEP_MS = 500;
  private static final int MAX_LOOPS = 8;
  private static final String IDENTITY = "identity";
  private static final int PROCESSORS_FOR_TWO_QUESTIONS = 8;
  private static final int QUESTIONS_WAITING = 16;
  private static final long QUESTION_MS = 25_000;

  private final Surroundings around;
  private final ServerConfig config;
  private final List<HttpServer> servers = new ArrayList<>();
  private final Connections connections;
  private final Shells shells;
  private final LongQuestions longQuestions;
  private long sweeper;

  /**
   * Everything that requests reach.
   *
   * @param door into the machine
   * @param booked up to which position accounting has taken in the log
   * @param utilisation follows the feed from the first fact on
   * @param counters of runs
   * @param unixAccounts of this machine
   * @param questions about jobs, answered from copies of the state
   * @param decided how many inputs the machine has decided so far
   * @param forecasts what is learnt for them, and how they prove
   * @param troubles what does not work now, by part; empty when all does
   * @param figures in the text format of Prometheus
   * @param answered hears of every answer
   * @param rejected hears of every refusal of the machine
   */
  public record Surroundings(
      Vertx vertx,
      ClusterView view,
      Door door,
      EventHub hub,
      LedgerReads reads,
      LongSupplier booked,
      Utilisation utilisation,
      Identity identity,
      AgentGateway gateway,
      RunCounters counters,
      UnixAccounts unixAccounts,
      JobQuestions questions,
      LongSupplier decided,
      Forecasts forecasts,
      Supplier<Map<String, String>> troubles,
      Supplier<String> figures,
      HttpMeter answered,
      RejectionMeter rejected) {}

  public HttpService(ServerConfig config, Surroundings around) {
    this.config = config;
    this.around = around;
    this.shells =
        new Shells(
            around.vertx(),
            around.gateway(),
            config.agents().shellPort(),
            config.agents().shellAddress());
    this.longQuestions =
        new LongQuestions(
            Runtime.getRuntime().availableProcessors() < PROCESSORS_FOR_TWO_QUESTIONS ? 1 : 2,
            QUESTIONS_WAITING,
            QUESTION_MS,
            around.decided());
    this.connections =
        new Connections(
            config.http().maxConnections(),
            config.http().headTimeoutS(),
            config.http().idleTimeoutS(),
            System::nanoTime);
  }

  /**
   * Listens.
   *
   * @param port 0 takes a free one
   * @param publicUrl where browsers reach the server
   * @return the port
   */
  public Future<Integer> start(int port, Supplier<String> publicUrl) {
    Router router = router(publicUrl);
    sweeper = around.vertx().setPeriodic(SWEEP_MS, _ -> connections.sweep());
    int loops = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_LOOPS);
    // Vert.x shares a listener between servers of one configured port; -1 is a free one to share.
    int shared = port == 0 ? -1 : port;
    Future<Integer> last = shells.start().compose(_ -> listen(router, shared));
    for (int i = 1; i < loops; i++) {
      last = last.compose(_ -> listen(router, shared));
    }
    return last;
  }

  /** A further server on the same port has an event loop of its own. */
  private Future<Integer> listen(Router router, int port) {
    Vertx vertx = around.vertx();
    HttpServer server = vertx.createHttpServer(options(port));
    server.requestHandler(request -> {
      connections.asked(request.connection());
      router.handle(request);
    });
    server.invalidRequestHandler(
        request -> Guard.unreadable(request, MAX_LINE_BYTES, MAX_HEADER_BYTES));
    server.connectionHandler(connections::opened);
    servers.add(server);
    var context = ((io.vertx.core.internal.VertxInternal) vertx).createEventLoopContext();
    io.vertx.core.Promise<Integer> bound = io.vertx.core.Promise.promise();
    context.runOnContext(_ -> server.listen().map(HttpServer::actualPort).onComplete(bound));
    return bound.future();
  }

  private HttpServerOptions options(int port) {
    ServerConfig.Http http = config.http();
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(http.host())
            .setPort(port)
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setMaxFormAttributeSize(0)
            .setIdleTimeout(http.idleTimeoutS())
            // One version of the protocol, so that one set of bounds holds.
            .setHttp2ClearTextEnabled(false)
            .setAcceptBacklog(1024)
            .setTcpNoDelay(true)
            .setCompressionSupported(false);
    if (http.tls()) {
      options
          .setSsl(true)
          .setUseAlpn(false)
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
          .setKeyCertOptions(
              new PemKeyCertOptions().addCertPath(http.tlsCertificate()).addKeyPath(http.tlsKey()));
    }
    return options;
  }

  private Router router(Supplier<String> publicUrl) {
    Contract contract = Contract.load();
    Router router = Router.router(around.vertx());
    router.route().handler(new Guard(around.answered(), connections)::admit);
    Guard.errors(router, contract, config.http().maxBodyBytes());
    new AuthRoutes(around.identity()).mount(router);
    ServerConfig.Limits limits = config.limits();
    RateLimits rates =
        new RateLimits(
            new RateLimits.Rate(limits.submitsPerSecond(), limits.submitBurst()),
            new RateLimits.Rate(limits.requestsPerSecond(), limits.requestBurst()),
            System::nanoTime);
    Api api =
        new Api(
            around.vertx(),
            contract,
            around.identity().authenticator(),
            rates,
            config.http().maxBodyBytes(),
            BODY_TIMEOUT_MS);
    operations(api, rates);
    api.mount(router, IDENTITY);
    new PageRoutes(contract, publicUrl).mount(router);
    return router;
  }

  /** The code behind the operations of the document. */
  private void operations(Api api, RateLimits rates) {
    ClusterView view = around.view();
    Blocking blocking = new Blocking(BLOCKING_AT_ONCE);
    Inputs inputs = new Inputs(around.door(), around.rejected(), config.audit().reasonsRequired());
    LedgerHistory history = new LedgerHistory(around.reads(), around.booked());
    JobReader reader = new JobReader(view, around.door(), history, blocking);
    GivenQuotes quotes = new GivenQuotes();
    new JobRoutes(view, inputs, reader, quotes).on(api);
    new StepRoutes(view).on(api);
    OwnRuns ownRuns = new OwnRuns(view, history, blocking);
    new OutputRoute(ownRuns, around.gateway()).on(api);
    new TailRoute(view, ownRuns, around.gateway(), around.identity().authenticator()).on(api);
    new ShellRoute(view, ownRuns, shells, around.identity().authenticator(), rates).on(api);
    new MetricsRoutes(view, ownRuns, around.counters(), blocking).on(api);
    new NodeRoutes(view, inputs, around.gateway()).on(api);
    new ClusterRoutes(view, around.gateway().clusters(), around.reads(), blocking).on(api);
    new SiteRoutes(view, inputs, around.unixAccounts(), blocking).on(api);
    new PriorityRoutes(view, inputs).on(api);
    new LicenceRoutes(inputs).on(api);
    InstantSource clock = InstantSource.system();
    new WhyRoutes(view, reader, longQuestions, around.questions(), around.forecasts(), clock)
        .on(api);
    new WhatIfRoutes(
            view, reader, longQuestions, around.questions(), around.forecasts(), clock, quotes)
        .on(api);
    new QuoteRoutes(view, longQuestions, around.questions(), clock, quotes).on(api);
    new ReservationRoutes(view, inputs).on(api);
    BillingCalendar calendar = around.reads().calendar();
    new PlannedRoutes(view, inputs, calendar).on(api);
    MoneyDesk desk =
        new MoneyDesk(view, inputs, around.reads(), new FormFiles(view, history, blocking));
    new MoneyRoutes(desk, calendar).on(api);
    new BudgetRoutes(view, inputs, around.reads(), history, calendar, blocking).on(api);
    new AlertRoutes(view, around.reads(), blocking).on(api);
    new AuditRoutes(desk).on(api);
    new DisputeRoutes(desk).on(api);
    new LostRunRoutes(desk).on(api);
    FileImports files = new FileImports(view, history, blocking);
    new ImportRoutes(inputs, around.reads(), files).on(api);
    new RunImportRoutes(view, inputs, around.reads(), files).on(api);
    new ReportRoutes(view, around.reads(), history, calendar, blocking).on(api);
    new ReconciliationRoutes(view, around.reads(), history, blocking).on(api);
    new MonthRoutes(view, inputs, around.reads(), desk.books()).on(api);
    archive(inputs, desk.books(), calendar).on(api);
    new ContractRoutes(desk).on(api);
    new InForceRoutes(desk, calendar).on(api);
    new PricingRoutes(view, around.reads(), desk.books(), calendar, config.billing().currency())
        .on(api);
    new AccountingRoutes(view, around.reads(), history, blocking).on(api);
    new DrillRoutes(view, around.reads(), history, blocking).on(api);
    new UtilisationRoutes(view, around.utilisation()).on(api);
    new EventRoute(around.vertx(), around.hub(), around.identity().authenticator()).on(api);
    new ServiceRoutes(
            view, around.identity().authenticator(), around.troubles(), around.figures(), blocking)
        .on(api);
  }

  private ArchiveRoutes archive(Inputs inputs, FormFiles forms, BillingCalendar calendar) {
    return new ArchiveRoutes(
        around.view(),
        inputs,
        around.reads().archive(),
        forms,
        calendar,
        config.accounting().archiveAfterMonths(),
        InstantSource.system());
  }

  /** How many connections are open. */
  public int connections() {
    return connections.count();
  }

  /** Closes the port and all connections. */
  public Future<Void> stop() {
    longQuestions.close();
    around.vertx().cancelTimer(sweeper);
    List<Future<Void>> closed = new ArrayList<>();
    servers.forEach(each -> closed.add(each.close()));
    closed.add(shells.stop());
    return Future.all(closed).mapEmpty();
  }
}
