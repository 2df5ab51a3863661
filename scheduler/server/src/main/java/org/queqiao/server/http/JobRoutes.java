package org.queqiao.server.http;

import io.vertx.core.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.core.explain.Table;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.JobQuery;
import org.queqiao.server.view.Scope;

/** Submitting, reading and steering jobs. */
final class JobRoutes {
  static final String NOT_THERE = "there is no job with this number that you may see";
  private static final byte[] NO_HASH = {};
  private static final byte[] NO_SCRIPT = {};

  private final ClusterView view;
  private final Inputs inputs;
  private final JobReader reader;
  private final GivenQuotes quotes;

  JobRoutes(ClusterView view, Inputs inputs, JobReader reader, GivenQuotes quotes) {
    this.view = view;
    this.inputs = inputs;
    this.reader = reader;
    this.quotes = quotes;
  }

  void on(Api api) {
    api.on("submitJob", RateLimits.Kind.SUBMIT, this::submit);
    api.on("listJobs", this::list);
    api.on("getJob", this::get);
    api.on("cancelJob", this::cancel);
    api.on("changeJob", this::change);
    api.on("holdJob", call -> steerTasks(call, Input.HoldJob::new));
    api.on("requeueJob", this::requeue);
    api.on("releaseJob", call -> steerTasks(call, Input.ReleaseJob::new));
    api.on("checkpointJob", call -> steer(call, Input.CheckpointJob::new));
    api.on("suspendJob", call -> steer(call, Input.SuspendJob::new));
    api.on("resumeJob", call -> steer(call, Input.ResumeJob::new));
  }

  private void submit(Call call) {
    List<String> keys = call.routing().request().headers().getAll("Idempotency-Key");
    if (keys.size() > 1 || (keys.size() == 1 && keys.getFirst().isEmpty())) {
      throw Refused.malformed("Idempotency-Key", "the header Idempotency-Key is empty or doubled");
    }
    String key = keys.isEmpty() ? "" : keys.getFirst();
    boolean isJson = !call.body().isEmpty();
    byte[] content = content(call);
    if (isJson && !call.arguments().isEmpty()) {
      throw Refused.malformed(
          call.arguments().keySet().iterator().next(),
          "with a JSON body the options are fields of the body, not parameters");
    }
    JobRequest request =
        isJson
            ? Submission.of(call.body(), quotes.claim((String) call.body().get("quoteId")))
            : Submission.of(content, call.arguments(), quotes.claim(call.text("quoteId")));
    byte[] hash =
        key.isEmpty() ? NO_HASH : hash(isJson ? "" : call.routing().request().query(), content);
    Actor actor = call.principal().actor();
    inputs.submit(
        call,
        new Input.SubmitJob(actor, request, key, hash),
        reply -> warned(call, reply, ScriptDirectives.warnings(request.script())));
  }

  private static byte[] content(Call call) {
    var buffer = call.routing().body().buffer();
    return buffer == null ? new byte[0] : buffer.getBytes();
  }

  private static byte[] hash(String query, byte[] content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((query == null ? "" : query).getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Adds that the job cannot start under the limits, or the wallet cannot pay for it, as they are
   * now; the job waits for that.
   */
  private void warned(Call call, Reply reply, List<String> ofScript) {
    if (!(reply instanceof Reply.JobAccepted(JobId id, boolean repeated, String never))) {
      throw new IllegalStateException("a submission is accepted or rejected, not " + reply);
    }
    List<String> warnings = new ArrayList<>(ofScript);
    if (!never.isEmpty()) {
      warnings.add(waitsForLimit(never));
    }
    JobEntry entry = view.jobs().find(id.value());
    if (entry == null || !view.paysBefore(entry.project())) {
      accepted(call, id, repeated, warnings);
      return;
    }
    inputs.ask(
        call,
        state -> state.unpaid(id),
        unpaid -> {
          unpaid.ifPresent(each -> warnings.add(waitsForMoney(each)));
          accepted(call, id, repeated, warnings);
        });
  }

  /** The warning about a job that the wallet or a budget does not pay for. */
  static String waitsForMoney(String unpaid) {
    return "it waits for money: " + unpaid;
  }

  /** The warning about a job that a limit never lets start. */
  static String waitsForLimit(String never) {
    return "it waits for a limit to change: " + never;
  }

  private void accepted(Call call, JobId id, boolean repeated, List<String> warnings) {
    JobEntry entry = view.jobs().find(id.value());
    JobState state = entry == null ? JobState.PENDING : entry.state();
    call.response().putHeader(HttpHeaders.LOCATION, "/api/v1/jobs/" + id);
    if (!warnings.isEmpty()) {
      call.response().putHeader("Queqiao-Warning", String.join("; ", warnings));
    }
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(201, "text/plain", id + "\n");
      return;
    }
    call.json(
        201,
        out -> {
          out.writeStartObject();
          out.writeNumberField("id", id.value());
          out.writeStringField("state", state.name());
          out.writeBooleanField("repeated", repeated);
          if (!warnings.isEmpty()) {
            out.writeArrayFieldStart("warnings");
            for (String each : warnings) {
              out.writeString(each);
            }
            out.writeEndArray();
          }
          out.writeEndObject();
        });
  }

  private void list(Call call) {
    Scope scope = view.site().scopeOf(call.principal().user());
    String user = call.text("user");
    String project = call.text("project");
    JobQuery query =
        new JobQuery(
            scope,
            states(call.text("state")),
            user == null ? null : new UserName(user),
            project == null ? null : new ProjectName(project),
            call.number("array") == null ? 0 : call.number("array"),
            Cursor.jobsBefore(call.text("cursor")),
            call.number("limit").intValue());
    reader.page(
        call,
        query,
        page -> {
          String next = page.nextBefore() == 0 ? null : Cursor.ofJobsBefore(page.nextBefore());
          if (call.accepted("application/json", "text/plain").equals("text/plain")) {
            call.text(200, "text/plain", table(page.items()));
          } else {
            call.json(200, out -> Json.page(out, page.items(), next, (job, to) -> job.write(to)));
          }
        });
  }

  private static Set<JobState> states(String text) {
    EnumSet<JobState> states = EnumSet.noneOf(JobState.class);
    if (text != null) {
      Arrays.stream(text.split(",", 16)).map(JobState::valueOf).forEach(states::add);
    }
    return states;
  }

  private static String table(List<JobDocument> jobs) {
    Table table =
        new Table(">JOBID", "NAME", "USER", "PROJECT", "PARTITION", "STATE", ">CORES", "WHERE");
    for (JobDocument job : jobs) {
      boolean waits = job.nodes().isEmpty();
      String reason = job.reason() == null ? "-" : "(" + job.reason() + ")";
      table.row(
          job.task() == null ? (Object) job.id() : job.id() + " (" + job.task() + ")",
          job.name(),
          job.user(),
          job.project(),
          job.partition(),
          job.state(),
          job.cores(),
          waits ? reason : String.join(",", job.nodes()));
    }
    return table.toString();
  }

  private void get(Call call) {
    reader.find(
        call,
        call.number("id"),
        job -> {
          if (job.revision() != null) {
            call.response().putHeader(HttpHeaders.ETAG, "\"" + job.revision() + "\"");
          }
          String type = call.accepted("application/json", "text/plain");
          reader.held(
              call,
              job,
              held -> {
                if (type.equals("text/plain")) {
                  call.text(200, "text/plain", JobText.of(job, held));
                } else {
                  call.json(200, out -> job.write(held, out));
                }
              });
        },
        () -> call.refuse(Refused.notFound(NOT_THERE).refusal()));
  }

  /** A merge patch: what is named changes, null brings back the default. */
  private void change(Call call) {
    Integer revision = revision(call.header("If-Match"));
    Map<String, Object> body = call.body();
    if (body.isEmpty()) {
      throw Refused.invalid("", "nothing is named: name a field to change");
    }
    Long atOnce = (Long) body.get("arrayAtOnce");
    JobChange change =
        new JobChange(
            new TreeSet<>(body.keySet()),
            Submission.of(NO_SCRIPT, body, null),
            atOnce == null ? null : (Integer) atOnce.intValue());
    String task = call.number("task") == null ? null : call.number("task").toString();
    steer(call, (actor, job) -> new Input.ChangeJob(actor, job, change, revision, task));
  }

  private static Integer revision(String ifMatch) {
    if (ifMatch == null || ifMatch.equals("*")) {
      return null;
    }
    if (!ifMatch.matches("\"[0-9]{1,9}\"")) {
      throw Refused.malformed("If-Match", "If-Match is the ETag of the job, such as \"3\", or *");
    }
    return Integer.parseInt(ifMatch.substring(1, ifMatch.length() - 1));
  }

  /** An input about a job, or with the tasks that it is about. */
  private interface OfTasks {
    Input of(Actor actor, JobId job, String tasks);
  }

  private void steerTasks(Call call, OfTasks input) {
    String tasks = call.text("tasks");
    steer(call, (actor, job) -> input.of(actor, job, tasks));
  }

  /** A job, a whole array, or some of its tasks. */
  private void cancel(Call call) {
    String tasks = call.text("tasks");
    OperatorCause cause = operatorCause(call);
    steer(
        call,
        (actor, job) ->
            tasks == null
                ? new Input.CancelJob(actor, job, cause)
                : new Input.CancelTasks(actor, job, tasks, cause));
  }

  private void requeue(Call call) {
    OperatorCause cause = operatorCause(call);
    steerTasks(call, (actor, job, tasks) -> new Input.RequeueJob(actor, job, tasks, cause));
  }

  /** What an operator says that they end a run for; null when nobody says it. */
  private static OperatorCause operatorCause(Call call) {
    String cause = call.text("cause");
    return cause == null ? null : OperatorCause.valueOf(cause);
  }

  /**
   * Cancels, holds, releases, requeues, suspends or resumes; whoever may not see the job is told
   * that there is none.
   */
  private void steer(Call call, BiFunction<Actor, JobId, Input> input) {
    long id = call.number("id");
    JobEntry entry = view.jobs().find(id);
    Actor actor = call.principal().actor();
    if (entry != null
        && !view.site().permits(actor, new Action.SeeJob(entry.user(), entry.project()))) {
      throw Refused.notFound(NOT_THERE);
    }
    inputs.submit(call, input.apply(actor, new JobId(id)), _ -> get(call));
  }
}
