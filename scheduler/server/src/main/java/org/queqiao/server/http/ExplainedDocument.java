package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ClusterImage.DependencyImage.Progress;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.placement.HostList;
import org.queqiao.runtime.copy.Explained;
import org.queqiao.runtime.copy.WaitHistory;
import org.queqiao.server.view.Scope;

/** An explanation as an account may see it: jobs of others by their number only where it may. */
final class ExplainedDocument {
  private static final int MOST_NAMED = 20;
  private static final int MOST_CHARACTERS = 4_096;

  private final Explained explained;
  private final Scope scope;

  ExplainedDocument(Explained explained, Scope scope) {
    this.explained = explained;
    this.scope = scope;
  }

  void write(JsonGenerator out) throws IOException {
    ClusterImage.JobImage job = explained.job();
    out.writeStartObject();
    out.writeNumberField("id", job.id().value());
    out.writeNumberField("atMs", explained.nowMs());
    out.writeNumberField("position", explained.position());
    out.writeStringField("state", job.state().name());
    out.writeStringField("sentence", explained.sentence(scope));
    out.writeNumberField("submitMs", job.submitMs());
    Json.number(out, "eligibleMs", orNull(job.eligibleMs()));
    Json.number(out, "startMs", orNull(job.startMs()));
    Json.number(out, "endMs", orNull(job.endMs()));
    needs(job.spec(), out);
    dependencies(explained, out);
    tasks(job, out);
    if (explained.waiting() == null) {
      out.writeNullField("waiting");
    } else {
      out.writeObjectFieldStart("waiting");
      waiting(explained.waiting(), out);
      out.writeEndObject();
    }
    waited(out);
    out.writeEndObject();
  }

  private static Long orNull(long ms) {
    return ms == 0 ? null : (Long) ms;
  }

  private static void needs(JobSpec spec, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("needs");
    out.writeNumberField("nodes", spec.nodes());
    out.writeNumberField("cores", spec.totalCores());
    out.writeNumberField("memBytesPerNode", spec.memOnNode(0));
    Json.gres(out, spec.gresOnNode(0));
    out.writeNumberField("limitMs", spec.limitMs());
    Json.number(out, "beginMs", orNull(spec.terms().beginMs()));
    Json.number(out, "deadlineMs", orNull(spec.terms().deadlineMs()));
    out.writeEndObject();
  }

  /** Where the tasks of an array are. */
  private void tasks(ClusterImage.JobImage job, JsonGenerator out) throws IOException {
    Explanation.Tasks tasks =
        explained.waiting() != null
            ? explained.waiting().tasks()
            : job.array() == null ? null : Explanation.Tasks.ofEnded(job);
    if (tasks == null) {
      out.writeNullField("array");
      return;
    }
    out.writeObjectFieldStart("array");
    out.writeNumberField("tasks", tasks.all());
    out.writeNumberField("waiting", tasks.waiting());
    out.writeNumberField("running", tasks.running());
    out.writeNumberField("waitingAgain", tasks.again());
    out.writeObjectFieldStart("ended");
    for (ArrayImage.StateCount each : tasks.ended()) {
      out.writeNumberField(each.state().name(), each.count());
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  /** The reservations that keep nodes from it, by name where the account or its owner may know. */
  private void reservations(Explanation waiting, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("reservations");
    for (Explanation.Kept each : waiting.kept()) {
      out.writeStartObject();
      boolean named = each.known() || scope.everything();
      out.writeStringField("name", named ? each.name().value() : null);
      out.writeBooleanField("maintenance", each.maintenance());
      out.writeNumberField("nodes", each.nodes());
      out.writeNumberField("fromMs", each.fromMs());
      out.writeNumberField("toMs", each.toMs());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void dependencies(Explained explained, JsonGenerator out) throws IOException {
    ClusterImage.JobImage job = explained.job();
    Explanation waiting = explained.waiting();
    DependencyRule rule = job.spec().terms().dependency();
    out.writeArrayFieldStart("dependencies");
    for (int i = 0; i < rule.parts().size() && i < job.dependencies().size(); i++) {
      out.writeStartObject();
      out.writeStringField("condition", rule.parts().get(i).toString());
      Progress progress =
          waiting == null ? job.dependencies().get(i).progress() : waiting.progress(i);
      out.writeStringField("progress", progress.name());
      Json.number(out, "readyMs", orNull(job.dependencies().get(i).readyMs()));
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void waiting(Explanation waiting, JsonGenerator out) throws IOException {
    ClusterImage.JobImage job = waiting.job();
    out.writeStringField("reason", waiting.why().word());
    out.writeStringField("detail", JobDocument.orNull(waiting.why().sentence()));
    out.writeBooleanField("heldByUser", job.heldByUser());
    out.writeBooleanField("heldByAdministrator", job.heldByAdministrator());
    Json.number(out, "startsByMs", orNull(explained.startsByMs()));
    Json.number(out, "promisedMs", orNull(job.promisedMs()));
    room(waiting, out);
    components(waiting.components(), out);
    reservations(waiting, out);
    holders(waiting, out);
    preempting(waiting.preempting(), out);
    out.writeObjectFieldStart("queue");
    Json.number(out, "ahead", waiting.aheadCount() < 0 ? null : waiting.aheadCount());
    out.writeBooleanField("atLeast", waiting.isCut());
    out.writeNumberField("inQueue", waiting.inQueue());
    Json.number(out, "looked", waiting.isCut() ? (Integer) waiting.looked() : null);
    named(waiting.ahead(), out);
    promises(waiting.ahead(), out);
    out.writeEndObject();
    limits(waiting.limits(), out);
    PolicyJson.writeTerms(waiting.priority(), out);
  }

  private static void room(Explanation waiting, JsonGenerator out) throws IOException {
    Explanation.Room room = waiting.room();
    out.writeObjectFieldStart("room");
    out.writeNumberField("nodesNeeded", room.nodes());
    out.writeNumberField("coresOnEach", room.cores());
    out.writeNumberField("largerNodesNeeded", room.largeNodes());
    out.writeNumberField("coresOnLarger", room.largeCores());
    out.writeNumberField("nodesWithRoom", room.fitNow());
    out.writeNumberField("largerNodesWithRoom", room.largeFitNow());
    out.writeNumberField("nodesWithRoomWhenIdle", room.fitIdle());
    out.writeNumberField("drainedNodes", room.drained());
    out.writeNumberField("downNodes", room.down());
    out.writeNumberField("freeCores", room.freeCores());
    out.writeNumberField("usableCores", room.usableCores());
    lacks("lacks", waiting.lacks(), out);
    if (!waiting.groups().isEmpty()) {
      groups(waiting.groups(), out);
    }
    out.writeEndObject();
  }

  private static void groups(List<Explanation.Group> groups, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("groups");
    for (Explanation.Group each : groups) {
      out.writeStartObject();
      out.writeStringField("what", each.what());
      out.writeNumberField("nodesNeeded", each.nodes());
      out.writeNumberField("nodesWithRoom", each.fitNow());
      out.writeNumberField("nodesWithRoomWhenIdle", each.fitIdle());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Of a job with components: what its own nodes and each component need and lack. */
  private static void components(List<Explanation.Component> components, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart("components");
    for (Explanation.Component each : components) {
      out.writeStartObject();
      out.writeNumberField("nodesNeeded", each.nodes());
      out.writeNumberField("coresOnEach", each.cores());
      out.writeNumberField("nodesWithRoom", each.fitNow());
      out.writeNumberField("nodesWithRoomWhenIdle", each.fitIdle());
      out.writeStringField("lacks", JobDocument.orNull(each.lacks()));
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void holders(Explanation waiting, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("holders");
    out.writeNumberField("count", waiting.holderCount());
    out.writeArrayFieldStart("jobs");
    int named = 0;
    for (Explanation.Holder each : waiting.holders()) {
      if (sees(each.other()) && named++ < MOST_NAMED) {
        out.writeStartObject();
        out.writeNumberField("id", each.other().job().value());
        out.writeNumberField("cores", each.cores());
        out.writeNumberField("endsByMs", each.endsByMs());
        out.writeEndObject();
      }
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void lacks(String name, List<Explanation.Lack> all, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (Explanation.Lack each : all) {
      out.writeStartObject();
      out.writeStringField("what", each.what());
      out.writeNumberField("nodes", each.nodes());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void preempting(Explanation.Preempting preempting, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("preempting");
    out.writeNumberField("count", preempting.count());
    Json.number(out, "goneByMs", orNull(preempting.goneByMs()));
    out.writeNumberField("mayPreempt", preempting.mayBe());
    out.writeNumberField("exempt", preempting.exempt());
    lacks("keeps", preempting.keeps(), out);
    named(preempting.runs(), out);
    out.writeNumberField("claims", preempting.claimCount());
    out.writeArrayFieldStart("claimed");
    int named = 0;
    for (Explanation.RoomClaim each : preempting.claims()) {
      if (named++ < MOST_NAMED) {
        claim(each, out);
      }
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void claim(Explanation.RoomClaim claim, JsonGenerator out) throws IOException {
    out.writeStartObject();
    Json.number(out, "by", sees(claim.by()) ? (Long) claim.by().job().value() : null);
    out.writeNumberField("starts", claim.starts());
    out.writeNumberField("count", claim.runCount());
    named(claim.runs(), out);
    String nodes = HostList.of(claim.nodes());
    out.writeNumberField("nodeCount", claim.nodes().size());
    out.writeStringField("nodes", nodes.length() > MOST_CHARACTERS ? null : nodes);
    Json.number(out, "goneByMs", orNull(claim.goneByMs()));
    out.writeEndObject();
  }

  private boolean sees(Explanation.Other other) {
    return scope.sees(other.user(), other.project());
  }

  private void named(List<Explanation.Other> others, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("jobs");
    int named = 0;
    for (Explanation.Other each : others) {
      if (sees(each) && named++ < MOST_NAMED) {
        out.writeNumber(each.job().value());
      }
    }
    out.writeEndArray();
  }

  private void promises(List<Explanation.Other> others, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("promises");
    int named = 0;
    for (Explanation.Other each : others) {
      if (each.promisedMs() != 0 && sees(each) && named++ < MOST_NAMED) {
        out.writeStartObject();
        out.writeNumberField("id", each.job().value());
        out.writeNumberField("promisedMs", each.promisedMs());
        out.writeEndObject();
      }
    }
    out.writeEndArray();
  }

  private static void limits(List<Explanation.LimitUse> limits, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart("limits");
    for (Explanation.LimitUse each : limits) {
      out.writeStartObject();
      out.writeStringField("kind", each.subject().kind());
      out.writeStringField("name", each.subject().label());
      out.writeStringField("scope", each.limit().scope().name());
      out.writeStringField("quantity", each.limit().quantity().name());
      out.writeStringField("gres", each.limit().gres());
      out.writeNumberField("most", each.limit().most());
      out.writeNumberField("used", each.used());
      out.writeNumberField("asks", each.asks());
      out.writeBooleanField("blocks", each.blocks());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** For what a job waited that waits no more. */
  private void waited(JsonGenerator out) throws IOException {
    WaitHistory history = explained.history();
    if (history == null) {
      out.writeNullField("waited");
      return;
    }
    ClusterImage.JobImage job = explained.job();
    out.writeObjectFieldStart("waited");
    out.writeNumberField("totalMs", history.toMs() - job.submitMs());
    out.writeArrayFieldStart("reasons");
    for (Map.Entry<String, Long> each : history.reasons().entrySet()) {
      out.writeStartObject();
      out.writeStringField("reason", each.getKey());
      out.writeNumberField("ms", each.getValue());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeStringField("startedBy", JobDocument.orNull(history.startedBy()));
    out.writeEndObject();
  }
}
