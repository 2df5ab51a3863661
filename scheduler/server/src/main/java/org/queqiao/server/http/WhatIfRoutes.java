package org.queqiao.server.http;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.forecast.RunTimeRatios;
import org.queqiao.core.forecast.Trial;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.runtime.copy.JobQuestions;
import org.queqiao.runtime.copy.Tried;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.forecast.Forecasts;
import org.queqiao.server.view.ClusterView;

/** What would come of something, tried on copies of the state. */
final class WhatIfRoutes {
  /** What may be tried, by the name of its field. */
  private static final List<String> TRIED =
      List.of(
          "job", "submit", "drain", "addNodes", "priorities", "scheduling", "reserve", "unreserve");

  /** What a reservation is called that has no name yet. */
  private static final ReservationName TRIED_RESERVATION = new ReservationName("tried");

  private final ClusterView view;
  private final JobReader reader;
  private final LongQuestions threads;
  private final JobQuestions questions;
  private final Forecasts forecasts;
  private final InstantSource clock;
  private final GivenQuotes quotes;

  WhatIfRoutes(
      ClusterView view,
      JobReader reader,
      LongQuestions threads,
      JobQuestions questions,
      Forecasts forecasts,
      InstantSource clock,
      GivenQuotes quotes) {
    this.view = view;
    this.reader = reader;
    this.threads = threads;
    this.questions = questions;
    this.forecasts = forecasts;
    this.clock = clock;
    this.quotes = quotes;
  }

  void on(Api api) {
    api.on("whatIf", this::whatIf);
  }

  private void whatIf(Call call) {
    Trial trial = trial(call);
    Map<String, Object> changes = object(call.body(), "changes");
    if (trial.job() == null) {
      ask(call, trial, spec -> spec);
      return;
    }
    reader.find(
        call,
        trial.job().value(),
        job ->
            call.guarded(() -> {
              if (job.state() != JobState.PENDING) {
                throw doesNotWait(trial.job());
              }
              ask(call, trial, spec -> changed(spec, changes));
            }),
        () -> call.refuse(Refused.notFound(JobRoutes.NOT_THERE).refusal()));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Map<String, Object> body, String field) {
    return (Map<String, Object>) body.getOrDefault(field, Map.of());
  }

  @SuppressWarnings("unchecked")
  private Trial trial(Call call) {
    Map<String, Object> body = call.body();
    if (body.containsKey("job") && body.containsKey("submit")) {
      throw Refused.invalid("submit", "one job is looked at: job or submit, not both");
    }
    if (body.containsKey("changes") && !body.containsKey("job")) {
      throw Refused.invalid("changes", "changes are those of a job: name it in job");
    }
    if (TRIED.stream().noneMatch(body::containsKey)) {
      throw Refused.invalid("", "nothing is tried: name one of " + String.join(", ", TRIED));
    }
    Map<String, Object> more = object(body, "addNodes");
    Map<String, Object> priorities = object(body, "priorities");
    Map<String, Object> scheduling = object(body, "scheduling");
    Map<String, Object> reserve = object(body, "reserve");
    Trial trial =
        new Trial(
            call.principal().actor(),
            body.containsKey("job") ? new JobId((Long) body.get("job")) : null,
            null,
            body.containsKey("submit") ? submission(object(body, "submit")) : null,
            ((List<String>) body.getOrDefault("drain", List.of()))
                .stream().map(NodeName::new).toList(),
            more.isEmpty() ? null : new NodeName((String) more.get("like")),
            more.isEmpty() ? 0 : ((Long) more.get("count")).intValue(),
            priorities.isEmpty()
                ? null
                : PolicyJson.policy(view.site().priorities().policy(), priorities),
            scheduling.isEmpty() ? null : SiteRoutes.scheduling(scheduling));
    return trial.reserving(
        ((List<String>) body.getOrDefault("unreserve", List.of()))
            .stream().map(ReservationName::new).toList(),
        body.containsKey("reserve") ? reservation(reserve) : null);
  }

  private JobRequest submission(Map<String, Object> body) {
    return Submission.of(body, quotes.claim((String) body.get("quoteId")));
  }

  private static ReservationRequest reservation(Map<String, Object> body) {
    Object name = body.get("name");
    return ReservationRoutes.request(
        name == null ? TRIED_RESERVATION : new ReservationName((String) name), body);
  }

  private static JobSpec changed(JobSpec spec, Map<String, Object> changes) {
    int nodes = integer(changes, "nodes", spec.nodes());
    int tasks = integer(changes, "tasks", Math.max(nodes, spec.tasks()));
    JobSpec.Builder builder =
        spec.toBuilder()
            .shape(nodes, tasks, integer(changes, "cpusPerTask", spec.cpusPerTask()))
            .memBytes((Long) changes.getOrDefault("memBytes", spec.memBytes()))
            .limitMs((Long) changes.getOrDefault("limitMs", spec.limitMs()));
    if (changes.containsKey("partition")) {
      builder.partition(new PartitionName((String) changes.get("partition")));
    }
    if (changes.containsKey("qos")) {
      builder.qos(new QosName((String) changes.get("qos")));
    }
    return builder.build();
  }

  private static int integer(Map<String, Object> changes, String field, int otherwise) {
    Object value = changes.get(field);
    return value == null ? otherwise : ((Long) value).intValue();
  }

  private void ask(Call call, Trial trial, UnaryOperator<JobSpec> change) {
    Map<String, Object> body = call.body();
    long horizonMs = (Long) body.getOrDefault("horizonMs", 86_400_000L);
    int samples = ((Long) body.getOrDefault("samples", 5L)).intValue();
    boolean declared = "declared".equals(body.get("runTimes"));
    long nowMs = Math.max(clock.millis(), view.timeMs());
    threads.ask(
        call,
        stop -> {
          RunTimeRatios learnt = declared ? new RunTimeRatios() : forecasts.learnt();
          return questions.whatIf(trial, change, nowMs, horizonMs, learnt, samples, stop);
        },
        tried -> answer(call, trial, horizonMs, tried));
  }

  private static Refused doesNotWait(JobId job) {
    return new Refused(
        Refusal.of(
            Refusal.Code.CONFLICT,
            "job",
            "job " + job + " does not wait: only waiting jobs have a start to come"));
  }

  private static void answer(Call call, Trial trial, long horizonMs, Tried tried) {
    if (!tried.waits()) {
      throw doesNotWait(trial.job());
    }
    if (tried.result() == null) {
      throw new Refused(
          new Refusal(Refusal.Code.BUSY, "", "too many jobs wait or run to be run forward", 60));
    }
    Rejection refused = tried.result().refused();
    if (refused != null) {
      throw new Refused(Refusal.of(refused));
    }
    if (tried.result().samples() == 0) {
      throw Refused.invalid(
          "horizonMs",
          "running the cluster forward over "
              + horizonMs
              + " ms takes more work than one question may cost: ask for a shorter horizon");
    }
    TriedDocument document = new TriedDocument(tried, horizonMs);
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", document.text());
    } else {
      call.json(200, document::write);
    }
  }
}
