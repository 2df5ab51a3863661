package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Utilisation;

/** Core time allocated, up and installed. */
final class UtilisationRoutes {
  private static final int MAX_STEPS = 10_000;

  private final Utilisation utilisation;
  private final long recoveredPosition;

  UtilisationRoutes(ClusterView view, Utilisation utilisation) {
    this.utilisation = utilisation;
    this.recoveredPosition = view.position();
  }

  void on(Api api) {
    api.on("getUtilisation", this::utilisation);
  }

  private void utilisation(Call call) {
    long fromMs = call.number("from");
    long toMs = Math.min(call.number("to"), Math.max(System.currentTimeMillis(), fromMs + 1));
    AccountingRoutes.requireRange(fromMs, toMs);
    Long step = call.number("step");
    long stepMs = step == null ? toMs - fromMs : step;
    if ((toMs - fromMs) / stepMs > MAX_STEPS) {
      throw Refused.invalid(
          "step", "the range has more than " + MAX_STEPS + " steps: choose a longer step");
    }
    if (utilisation.position() < recoveredPosition) {
      throw Refused.busy("the history of utilisation is still being read: try again");
    }
    List<Utilisation.Step> steps = utilisation.steps(fromMs, toMs, stepMs);
    call.json(200, out -> Json.page(out, steps, null, UtilisationRoutes::write));
  }

  private static void write(Utilisation.Step step, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("fromMs", step.fromMs());
    out.writeNumberField("toMs", step.toMs());
    out.writeNumberField("allocatedCoreMs", step.time().allocatedCoreMs());
    out.writeNumberField("upCoreMs", step.time().upCoreMs());
    out.writeNumberField("totalCoreMs", step.time().totalCoreMs());
    out.writeEndObject();
  }
}
