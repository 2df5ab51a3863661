package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import org.queqiao.contract.job.JobPlacement;

/** Which nodes a job wants, as fields of the job. */
final class PlacementJson {
  private PlacementJson() {}

  /** From the fields of a submission. */
  static JobPlacement of(Map<String, Object> options) {
    return JobPlacement.builder()
        .constraint(text(options, "constraint"))
        .nodeList(text(options, "nodeList"))
        .excludeNodes(text(options, "excludeNodes"))
        .build();
  }

  private static String text(Map<String, Object> options, String field) {
    return (String) options.getOrDefault(field, "");
  }

  /** Writes the fields; what is not said is null. */
  static void write(JobPlacement placement, JsonGenerator out) throws IOException {
    out.writeStringField("constraint", JobDocument.orNull(placement.constraint()));
    out.writeStringField("nodeList", JobDocument.orNull(placement.nodeList()));
    out.writeStringField("excludeNodes", JobDocument.orNull(placement.excludeNodes()));
  }
}
