package org.queqiao.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.forecast.ForecastBook;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.runtime.LoopGauges;
import org.queqiao.server.gateway.GatewayCounters;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Foresight;

/**
 * The figures of a server, with the names that Prometheus expects: unit in the name, totals for
 * what only grows. Labels come from closed sets, never from users.
 */
public final class Metrics implements AutoCloseable {
  private static final double NANOS_PER_S = 1e9;
  private static final double MS_PER_S = 1e3;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** A registry refers to what it asks only weakly. */
  private final List<Object> asked = new ArrayList<>();

  private final Map<String, Timer> answers = new ConcurrentHashMap<>();
  private final Map<String, Counter> rejections = new ConcurrentHashMap<>();

  /** Figures of the process itself. */
  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** An HTTP request was answered. */
  public void answered(String operation, int status, long nanos) {
    answers
        .computeIfAbsent(operation + " " + status, _ -> timer(operation, status))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(String operation, int status) {
    return Timer.builder("queqiao.http.requests")
        .description("Answered HTTP requests by operation of the OpenAPI document")
        .tag("operation", operation)
        .tag("status", Integer.toString(status))
        .serviceLevelObjectives(
            Duration.ofMillis(1),
            Duration.ofMillis(5),
            Duration.ofMillis(25),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(2))
        .register(registry);
  }

  /** The machine refused an input. */
  public void rejected(Input input, Rejection.Code code) {
    String kind = input.getClass().getSimpleName();
    rejections
        .computeIfAbsent(
            kind + " " + code,
            _ ->
                Counter.builder("queqiao.rejections")
                    .description("Inputs that the machine refused, by kind and code")
                    .tag("input", kind)
                    .tag("code", code.name())
                    .register(registry))
        .increment();
  }

  /** Figures of the loop that decides and syncs. */
  public void loop(Supplier<LoopGauges> gauges) {
    asked.add(gauges);
    gauge("queqiao.inbox.length", "Inputs that wait", () -> gauges.get().inboxLength());
    gauge(
        "queqiao.inbox.capacity", "Most inputs that may wait", () -> gauges.get().inboxCapacity());
    counter(
        "queqiao.inbox.refused",
        "Inputs refused by a full inbox",
        gauges,
        LoopGauges::refusedTotal);
    counter("queqiao.inputs", "Inputs decided", gauges, LoopGauges::inputsTotal);
    counter("queqiao.events", "Events made durable", gauges, LoopGauges::eventsTotal);
    counter("queqiao.syncs", "Syncs that carried events", gauges, LoopGauges::batchesTotal);
    seconds("queqiao.sync.seconds", "Time in syncs", gauges, LoopGauges::syncNanosTotal);
    seconds(
        "queqiao.work.seconds",
        "Time in decide, apply and append",
        gauges,
        LoopGauges::workNanosTotal);
    counter("queqiao.plan.passes", "Planning passes", gauges, LoopGauges::planPassesTotal);
    seconds("queqiao.plan.seconds", "Time in planning passes", gauges, LoopGauges::planNanosTotal);
    counter(
        "queqiao.snapshot.failures",
        "Snapshots that could not be written",
        gauges,
        LoopGauges::snapshotFailuresTotal);
    gauge(
        "queqiao.snapshot.position",
        "Position of the newest snapshot",
        () -> gauges.get().snapshotPosition());
    Gauge.builder("queqiao.sync.max.seconds", gauges, g -> g.get().maxSyncNanos() / NANOS_PER_S)
        .description("Longest sync")
        .register(registry);
  }

  /** Figures of the followers of the log. */
  public void followers(LongSupplier durable, ClusterView view, LongSupplier booked) {
    asked.add(view);
    gauge("queqiao.log.position", "Last durable position", durable);
    gauge(
        "queqiao.view.lag.positions",
        "Positions that the read model is behind",
        () -> Math.max(0, durable.getAsLong() - view.position()));
    gauge(
        "queqiao.intake.lag.positions",
        "Positions that accounting is behind",
        () -> Math.max(0, durable.getAsLong() - booked.getAsLong()));
    for (JobState state : JobState.values()) {
      if (!state.isTerminal()) {
        Gauge.builder("queqiao.jobs", view, v -> v.jobs().count(state))
            .description("Jobs that have not ended, by state")
            .tag("state", state.name())
            .register(registry);
      }
    }
  }

  /** How forecasts of starts prove. */
  public void forecasts(Supplier<ForecastBook.Coverage> coverage) {
    proved(
        "queqiao.forecasts.given",
        "Forecasts that were made",
        coverage,
        ForecastBook.Coverage::given);
    proved(
        "queqiao.forecasts.judged",
        "Forecasts whose job has started since",
        coverage,
        ForecastBook.Coverage::forecasts);
    proved(
        "queqiao.forecasts.within.p10.p90",
        "Judged forecasts whose start lay within P10 and P90",
        coverage,
        ForecastBook.Coverage::withinP10P90);
    proved(
        "queqiao.forecasts.below.p50",
        "Judged forecasts whose start did not come after P50",
        coverage,
        ForecastBook.Coverage::belowP50);
  }

  private void proved(
      String name,
      String description,
      Supplier<ForecastBook.Coverage> coverage,
      ToLongFunction<ForecastBook.Coverage> figure) {
    total(name, description, () -> figure.applyAsLong(coverage.get()));
  }

  /** What was predicted and promised, and what came. */
  public void foresight(Foresight foresight) {
    total("queqiao.predictions", "Runs started with a prediction", foresight::predicted);
    total("queqiao.predictions.judged", "Predicted runs that ended", foresight::judged);
    total("queqiao.predictions.outlived", "Runs longer than predicted", foresight::outlived);
    total(
        "queqiao.predictions.error.seconds",
        "By how much runs were shorter or longer than predicted",
        () -> foresight.errorMs() / MS_PER_S);
    foresight.onRatio(
        DistributionSummary.builder("queqiao.prediction.ratio")
                .description("Predicted run time divided by the run time, of runs that ended")
                .serviceLevelObjectives(0.1, 0.25, 0.5, 0.8, 1.0, 1.25, 2, 4, 10)
                .register(registry)
            ::record);
    total("queqiao.promises", "Starts of jobs that were promised one", foresight::promised);
    total("queqiao.promises.late", "Starts later than promised", foresight::late);
    total(
        "queqiao.promises.late.seconds",
        "By how much starts were later than promised",
        () -> foresight.lateMs() / MS_PER_S);
    Gauge.builder("queqiao.promises.latest.seconds", foresight, f -> f.latestMs() / MS_PER_S)
        .description("By how much the latest start was later than promised")
        .strongReference(true)
        .register(registry);
  }

  private void total(String name, String description, DoubleSupplier figure) {
    FunctionCounter.builder(name, figure, DoubleSupplier::getAsDouble)
        .description(description)
        .register(registry);
    asked.add(figure);
  }

  /** Figures of the gateway. */
  public void agents(LongSupplier connected, GatewayCounters counters) {
    asked.add(counters);
    gauge("queqiao.agents.connected", "Agents that are connected", connected);
    FunctionCounter.builder("queqiao.agents.accepted", counters, GatewayCounters::accepted)
        .description("Connections that the gateway accepted")
        .register(registry);
    refusals("handshake", counters, GatewayCounters::handshakesRefused);
    refusals("identity", counters, GatewayCounters::identitiesRefused);
    refusals("frame", counters, GatewayCounters::framesRefused);
    refusals("version", counters, GatewayCounters::versionsRefused);
    refusals("connection", counters, GatewayCounters::connectionsRefused);
    refusals("enrolment", counters, GatewayCounters::enrolmentsRefused);
  }

  /** Open connections and streams. */
  public void connections(LongSupplier http, LongSupplier streams) {
    gauge("queqiao.http.connections", "Open HTTP connections", http);
    gauge("queqiao.event.streams", "Open streams of events", streams);
  }

  private void refusals(
      String what, GatewayCounters counters, ToLongFunction<GatewayCounters> figure) {
    FunctionCounter.builder("queqiao.agents.refused", counters, figure::applyAsLong)
        .description("What the gateway refused, by kind")
        .tag("what", what)
        .register(registry);
  }

  private void gauge(String name, String description, LongSupplier figure) {
    Gauge.builder(name, figure, LongSupplier::getAsLong)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  private void counter(
      String name,
      String description,
      Supplier<LoopGauges> gauges,
      ToLongFunction<LoopGauges> figure) {
    FunctionCounter.builder(name, gauges, g -> figure.applyAsLong(g.get()))
        .description(description)
        .register(registry);
  }

  private void seconds(
      String name,
      String description,
      Supplier<LoopGauges> gauges,
      ToLongFunction<LoopGauges> nanos) {
    FunctionCounter.builder(name, gauges, g -> nanos.applyAsLong(g.get()) / NANOS_PER_S)
        .description(description)
        .register(registry);
  }

  /** Everything, in the text format of Prometheus. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
