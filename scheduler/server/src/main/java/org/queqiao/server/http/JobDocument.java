package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspension;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.JobStatus;
import org.queqiao.server.view.OperatorEnding;

/**
 * A job as REST shows it, whether it comes from memory or from history. Null is null in JSON.
 *
 * @param reason why it waits, or null
 * @param chargeMicro what it was charged, once posted
 * @param qos its quality of service, or null
 * @param placement null, as terms, for a job of long ago
 * @param reservation in which its latest run runs or ran, or that it asks for, or null
 * @param terms null for a job of long ago, as what else history does not keep
 * @param predictedMs how long it is believed to run, or was when it started; null when nothing is
 *     known of jobs like it
 * @param promisedStartMs the start that it was promised on declared limits, or null
 * @param task which task of which array it is, or null
 * @param array of an array: how far it is; else null
 * @param suspension how its latest run was suspended; null for one that never was to be, and for a
 *     job of long ago
 * @param preemptedBy the job for which a run of it was last told to end or to stand still; null for
 *     none, and for a job of long ago
 * @param operatorEnd that an operator told its latest run to end; null for none
 * @param revision how often it was changed; null for a job of long ago
 * @param quote under which quote it was submitted, or null
 * @param endUser for whom a service platform submitted it, or null
 * @param nodeCount null, as what else history does not keep, for a job of long ago
 */
record JobDocument(
    long id,
    String name,
    String user,
    String project,
    String domain,
    String partition,
    JobState state,
    String reason,
    long submitMs,
    Long startMs,
    Long endMs,
    Integer exitCode,
    Integer signal,
    List<String> nodes,
    int cores,
    Long coreMs,
    Long chargeMicro,
    String currency,
    Integer nodeCount,
    Integer tasks,
    Integer cpusPerTask,
    long memBytes,
    List<GresRequest> gres,
    long limitMs,
    String workDir,
    String stdoutPath,
    String stderrPath,
    int attempt,
    String detail,
    JobTerms terms,
    String qos,
    JobPlacement placement,
    String reservation,
    Long predictedMs,
    Long promisedStartMs,
    ArrayTask task,
    ArrayDocument array,
    Integer revision,
    Suspension suspension,
    JobId preemptedBy,
    JobQuote quote,
    String endUser,
    OperatorEnding operatorEnd) {

  /**
   * How far an array is.
   *
   * @param indices all indices as Slurm writes them, the first ones of many
   * @param atOnce how many tasks may run at once, or null
   * @param waitingIndices those of tasks that have not started; null in a list
   * @param heldIndices those of them that are held one by one; null in a list
   */
  record ArrayDocument(
      String indices,
      int tasks,
      Integer atOnce,
      SortedMap<JobState, Integer> counts,
      String waitingIndices,
      String heldIndices) {
    /** How many ranges are written out; the others are counted. */
    static final int MAX_RANGES = 256;

    static ArrayDocument of(JobEntry entry) {
      JobArray array = entry.array();
      return array == null
          ? null
          : new ArrayDocument(
              array.tasks().shortened(MAX_RANGES),
              array.tasks().count(),
              array.atOnce() == 0 ? null : (Integer) array.atOnce(),
              entry.counts().byState(),
              null,
              null);
    }

    void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeStringField("indices", indices);
      out.writeNumberField("tasks", tasks);
      Json.number(out, "atOnce", atOnce);
      out.writeObjectFieldStart("counts");
      for (Map.Entry<JobState, Integer> each : counts.entrySet()) {
        out.writeNumberField(each.getKey().name(), each.getValue());
      }
      out.writeEndObject();
      out.writeStringField("waitingIndices", waitingIndices);
      out.writeStringField("heldIndices", heldIndices);
      out.writeEndObject();
    }
  }

  /** A job in memory. */
  static JobDocument of(JobEntry entry, String reason, String sentence, long predictedMs) {
    JobStatus status = entry.status();
    JobEntry.Foreseen foreseen = entry.foreseen();
    long foretold = status.state() == JobState.PENDING ? predictedMs : foreseen.predictedMs();
    boolean ended = status.state().isTerminal();
    RunExit exit = status.exit();
    boolean scriptEnded =
        exit != null
            && (exit.kind() == RunExit.Kind.EXITED || exit.kind() == RunExit.Kind.OUT_OF_MEMORY);
    JobEntry.Charge charge = entry.charge();
    return new JobDocument(
        entry.id(),
        entry.name(),
        entry.user().value(),
        entry.project().value(),
        orNull(entry.domain()),
        entry.partition().value(),
        entry.state(),
        reason,
        entry.submitMs(),
        status.startMs() == 0 ? null : (Long) status.startMs(),
        ended ? (Long) status.endMs() : null,
        ended && scriptEnded ? (Integer) exit.exitCode() : null,
        ended && scriptEnded && exit.signal() != 0 ? (Integer) exit.signal() : null,
        status.nodes(),
        entry.cores(),
        ended ? (Long) status.coreMs() : null,
        charge == null ? null : (Long) charge.micro(),
        charge == null ? null : orNull(charge.currency()),
        entry.nodeCount(),
        entry.tasks(),
        entry.cpusPerTask(),
        entry.memBytes(),
        entry.gres(),
        entry.limitMs(),
        orNull(entry.workDir()),
        entry.stdoutPath(),
        orNull(entry.stderrPath()),
        status.attempt(),
        orNull(status.detail().isEmpty() ? sentence : status.detail()),
        entry.terms(),
        entry.qos() == null ? null : entry.qos().value(),
        entry.placement(),
        reservation(entry),
        foretold == 0 ? null : (Long) foretold,
        foreseen.promisedMs() == 0 ? null : (Long) foreseen.promisedMs(),
        entry.task(),
        ArrayDocument.of(entry),
        entry.revision(),
        status.suspension(),
        status.preemptedBy(),
        entry.quote(),
        orNull(entry.endUser()),
        entry.operatorEnding());
  }

  /** An array with the indices of the tasks that have not started. */
  JobDocument withWaiting(String indices, String held) {
    ArrayDocument known =
        new ArrayDocument(
            array.indices(), array.tasks(), array.atOnce(), array.counts(), indices, held);
    return new JobDocument(
        id,
        name,
        user,
        project,
        domain,
        partition,
        state,
        reason,
        submitMs,
        startMs,
        endMs,
        exitCode,
        signal,
        nodes,
        cores,
        coreMs,
        chargeMicro,
        currency,
        nodeCount,
        tasks,
        cpusPerTask,
        memBytes,
        gres,
        limitMs,
        workDir,
        stdoutPath,
        stderrPath,
        attempt,
        detail,
        terms,
        qos,
        placement,
        reservation,
        predictedMs,
        promisedStartMs,
        task,
        known,
        revision,
        suspension,
        preemptedBy,
        quote,
        endUser,
        operatorEnd);
  }

  private static String reservation(JobEntry entry) {
    ReservationName in = entry.status().reservation();
    ReservationName named = in == null ? entry.reservation() : in;
    return named == null ? null : named.value();
  }

  static String orNull(String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private String tasksCounted() {
    return tasks == null || placement == null
        ? null
        : PlacementJson.tasksCounted(placement, nodeCount);
  }

  private void terms(JsonGenerator out) throws IOException {
    boolean known = terms != null;
    Json.number(out, "beginMs", known && terms.beginMs() != 0 ? (Long) terms.beginMs() : null);
    Json.number(
        out, "deadlineMs", known && terms.deadlineMs() != 0 ? (Long) terms.deadlineMs() : null);
    Json.number(out, "nice", known ? (Integer) terms.nice() : null);
    out.writeStringField("dependency", known ? orNull(terms.dependency().toString()) : null);
    if (known) {
      out.writeBooleanField("killOnInvalidDependency", terms.killOnInvalidDependency());
    } else {
      out.writeNullField("killOnInvalidDependency");
    }
    if (known) {
      out.writeBooleanField("requeue", terms.requeue());
    } else {
      out.writeNullField("requeue");
    }
    warning(out);
  }

  private void suspension(JsonGenerator out) throws IOException {
    boolean stopped = suspension != null && suspension.isStopped();
    Json.number(out, "suspendedMs", suspension == null ? null : (Long) suspension.formerMs());
    Json.number(out, "suspendedSinceMs", stopped ? (Long) suspension.sinceMs() : null);
    if (suspension == null) {
      out.writeNullField("suspendRequest");
      return;
    }
    out.writeObjectFieldStart("suspendRequest");
    out.writeBooleanField("suspend", suspension.wanted());
    out.writeStringField("by", suspension.by().name());
    out.writeNumberField("atMs", suspension.askedMs());
    out.writeEndObject();
  }

  private void operatorEnd(JsonGenerator out) throws IOException {
    if (operatorEnd == null) {
      out.writeNullField("operatorEnd");
      return;
    }
    out.writeObjectFieldStart("operatorEnd");
    out.writeNumberField("run", operatorEnd.run());
    out.writeStringField("cause", operatorEnd.cause().name());
    out.writeStringField("by", operatorEnd.by());
    out.writeNumberField("atMs", operatorEnd.atMs());
    out.writeStringField("reason", orNull(operatorEnd.reason()));
    out.writeEndObject();
  }

  private void warning(JsonGenerator out) throws IOException {
    if (terms == null || terms.signal() == null) {
      out.writeNullField("warningSignal");
      return;
    }
    out.writeObjectFieldStart("warningSignal");
    out.writeStringField("name", terms.signal().name());
    out.writeNumberField("secondsBefore", terms.signal().beforeMs() / 1000);
    out.writeBooleanField("batchOnly", terms.signal().batchOnly());
    out.writeEndObject();
  }

  private void quote(JsonGenerator out) throws IOException {
    if (quote == null) {
      out.writeNullField("quote");
      return;
    }
    out.writeObjectFieldStart("quote");
    out.writeStringField("quoteId", quote.id());
    out.writeNumberField("asOfMs", quote.quotedMs());
    out.writeNumberField("maxMicro", quote.maxMicro());
    out.writeNumberField("expectedMicro", quote.expectedMicro());
    out.writeStringField("currency", orNull(quote.currency()));
    out.writeEndObject();
  }

  /** In a list. */
  void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    fields(out);
    out.writeEndObject();
  }

  /** Alone, with what its latest run holds. */
  void write(HeldDocument held, JsonGenerator out) throws IOException {
    out.writeStartObject();
    fields(out);
    held.write(out);
    out.writeEndObject();
  }

  private void fields(JsonGenerator out) throws IOException {
    out.writeNumberField("id", id);
    out.writeStringField("name", name);
    out.writeStringField("user", user);
    out.writeStringField("project", project);
    out.writeStringField("domain", domain);
    out.writeStringField("partition", partition);
    out.writeStringField("state", state.name());
    out.writeStringField("reason", reason);
    out.writeNumberField("submitMs", submitMs);
    Json.number(out, "startMs", startMs);
    Json.number(out, "endMs", endMs);
    Json.number(out, "exitCode", exitCode);
    Json.number(out, "signal", signal);
    Json.texts(out, "nodes", nodes);
    out.writeNumberField("cores", cores);
    Json.number(out, "coreMs", coreMs);
    Json.number(out, "chargeMicro", chargeMicro);
    out.writeStringField("currency", currency);
    Json.number(out, "nodeCount", nodeCount);
    Json.number(out, "tasks", tasks);
    out.writeStringField("tasksCounted", tasksCounted());
    Json.number(out, "cpusPerTask", cpusPerTask);
    out.writeNumberField("memBytes", memBytes);
    if (gres == null) {
      out.writeNullField("gres");
    } else {
      Json.gres(out, gres);
    }
    out.writeNumberField("limitMs", limitMs);
    out.writeStringField("workDir", workDir);
    out.writeStringField("stdoutPath", stdoutPath);
    out.writeStringField("stderrPath", stderrPath);
    out.writeNumberField("attempt", attempt);
    out.writeNumberField("restartCount", Math.max(0, attempt - 1));
    out.writeStringField("detail", detail);
    terms(out);
    out.writeStringField("qos", qos);
    PlacementJson.write(placement == null ? JobPlacement.DEFAULT : placement, out);
    Json.number(out, "predictedMs", predictedMs);
    Json.number(out, "promisedStartMs", promisedStartMs);
    Json.number(out, "revision", revision);
    suspension(out);
    Json.number(out, "preemptedBy", preemptedBy == null ? null : (Long) preemptedBy.value());
    operatorEnd(out);
    out.writeStringField("reservation", reservation);
    quote(out);
    out.writeStringField("endUser", endUser);
    Json.number(out, "arrayJobId", task == null ? null : (Long) task.array().value());
    Json.number(out, "arrayTaskId", task == null ? null : (Integer) task.index());
    if (array == null) {
      out.writeNullField("array");
    } else {
      out.writeFieldName("array");
      array.write(out);
    }
  }
}
