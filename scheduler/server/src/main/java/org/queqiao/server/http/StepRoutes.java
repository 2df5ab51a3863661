package org.queqiao.server.http;

import org.queqiao.contract.id.Actor;
import org.queqiao.core.explain.Table;
import org.queqiao.core.message.Action;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.JobEntry;
import org.queqiao.server.view.StepBook;

/** The steps of a job. */
final class StepRoutes {
  private final ClusterView view;

  StepRoutes(ClusterView view) {
    this.view = view;
  }

  void on(Api api) {
    api.on("listJobSteps", this::list);
  }

  private void list(Call call) {
    long id = call.number("id");
    JobEntry entry = view.jobs().find(id);
    Actor actor = call.principal().actor();
    if (entry == null
        || !view.site().permits(actor, new Action.SeeJob(entry.user(), entry.project()))) {
      throw Refused.notFound("there is no job with this number in memory that you may see");
    }
    if (call.accepted("application/json", "text/plain").equals("text/plain")) {
      call.text(200, "text/plain", table(id));
      return;
    }
    call.json(
        200,
        out ->
            Json.page(
                out,
                view.steps().of(id),
                null,
                (step, to) -> {
                  to.writeStartObject();
                  to.writeNumberField("step", step.number());
                  to.writeNumberField("attempt", step.attempt());
                  to.writeStringField("name", step.name());
                  to.writeStringField("state", state(step));
                  to.writeNumberField("tasks", step.tasks());
                  Json.texts(to, "nodes", step.nodes());
                  to.writeNumberField("startMs", step.startMs());
                  Json.number(to, "endMs", step.endMs() == 0 ? null : step.endMs());
                  Json.number(to, "exitCode", step.exitCode());
                  to.writeEndObject();
                }));
  }

  private static String state(StepBook.Step step) {
    if (step.endMs() == 0) {
      return "RUNNING";
    }
    if (step.exitCode() == null) {
      return "CANCELLED";
    }
    return step.exitCode() == 0 ? "COMPLETED" : "FAILED";
  }

  private String table(long id) {
    Table table = new Table(">STEP", "NAME", "STATE", ">TASKS", ">EXIT", "NODES");
    for (StepBook.Step step : view.steps().of(id)) {
      table.row(
          id + "." + step.number(),
          step.name(),
          state(step),
          step.tasks(),
          step.exitCode() == null ? "-" : step.exitCode(),
          String.join(",", step.nodes()));
    }
    return table.toString();
  }
}
