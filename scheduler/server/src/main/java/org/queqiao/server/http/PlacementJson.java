package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;

/** Which nodes a job wants, as fields of the job. */
final class PlacementJson {
  private static final Pattern LICENCE =
      Pattern.compile("([A-Za-z][A-Za-z0-9_.@-]{0,63})(?::([1-9][0-9]{0,6}))?");

  private PlacementJson() {}

  /** From the fields of a submission. */
  static JobPlacement of(Map<String, Object> options, List<GresRequest> gresPerTask) {
    return JobPlacement.builder()
        .constraint(text(options, "constraint"))
        .nodeList(text(options, "nodeList"))
        .excludeNodes(text(options, "excludeNodes"))
        .exclusive(Boolean.TRUE.equals(options.get("exclusive")))
        .maxNodes(Math.toIntExact(number(options, "maxNodes")))
        .tasksPerNode(Math.toIntExact(number(options, "tasksPerNode")))
        .memPerCpuBytes(number(options, "memPerCpuBytes"))
        .memPerGpuBytes(number(options, "memPerGpuBytes"))
        .gresPerTask(gresPerTask == null ? List.of() : gresPerTask)
        .components(components(options.get("components")))
        .contiguous(Boolean.TRUE.equals(options.get("contiguous")))
        .switches(Math.toIntExact(number(options, "switches")))
        .spread(Boolean.TRUE.equals(options.get("spread")))
        .licences(licences(options.get("licences")))
        .build();
  }

  @SuppressWarnings("unchecked")
  private static List<JobComponent> components(Object value) {
    return value == null
        ? List.of()
        : value instanceof String text
            ? ComponentText.of(text)
            : ((List<Map<String, Object>>) value).stream().map(ComponentText::of).toList();
  }

  private static long number(Map<String, Object> options, String field) {
    if (!options.containsKey(field)) {
      return 0;
    }
    long value = (Long) options.get(field);
    if (value < 1) {
      // What is not said is 0 from here on: a 0 that is said must not pass for that.
      throw Refused.invalid(field, field + " is " + value + ": it is at least 1, or left out");
    }
    if (field.startsWith("mem") || value == (int) value) {
      return value;
    }
    throw Refused.invalid(field, field + " is " + value + ", which is more than any cluster has");
  }

  /** By name, or with a script body as Slurm writes it: {@code fluent:2,matlab}. */
  @SuppressWarnings("unchecked")
  private static Map<String, Integer> licences(Object value) {
    TreeMap<String, Integer> out = new TreeMap<>();
    if (value instanceof String text) {
      for (String each : text.split(",", -1)) {
        Matcher matcher = LICENCE.matcher(each);
        if (!matcher.matches() || out.containsKey(matcher.group(1))) {
          throw Refused.invalid("licences", "licences are written like fluent:2,matlab, each once");
        }
        String count = matcher.group(2);
        out.put(matcher.group(1), count == null ? 1 : Integer.parseInt(count));
      }
    } else if (value != null) {
      ((Map<String, Long>) value).forEach((name, count) -> out.put(name, count(count)));
    }
    return out;
  }

  private static int count(long value) {
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw Refused.invalid(
          "licences", "the count of a licence is 1 to " + Integer.MAX_VALUE + ", not " + value);
    }
    return (int) value;
  }

  private static String text(Map<String, Object> options, String field) {
    Object value = options.get(field);
    return value == null ? "" : (String) value;
  }

  /** Writes the fields; what is not said is null. */
  static void write(JobPlacement placement, JsonGenerator out) throws IOException {
    out.writeStringField("constraint", JobDocument.orNull(placement.constraint()));
    out.writeStringField("nodeList", JobDocument.orNull(placement.nodeList()));
    out.writeStringField("excludeNodes", JobDocument.orNull(placement.excludeNodes()));
    out.writeBooleanField("exclusive", placement.exclusive());
    Json.number(out, "maxNodes", positive(placement.maxNodes()));
    Json.number(out, "tasksPerNode", positive(placement.tasksPerNode()));
    Json.number(out, "memPerCpuBytes", positive(placement.memPerCpuBytes()));
    Json.number(out, "memPerGpuBytes", positive(placement.memPerGpuBytes()));
    out.writeFieldName("gresPerTask");
    writeGres(placement.gresPerTask(), out);
    out.writeBooleanField("contiguous", placement.contiguous());
    Json.number(out, "switches", positive(placement.switches()));
    out.writeBooleanField("spread", placement.spread());
    out.writeArrayFieldStart("components");
    for (JobComponent each : placement.components()) {
      out.writeStartObject();
      out.writeNumberField("nodes", each.nodes());
      out.writeNumberField("tasks", each.tasks());
      out.writeNumberField("cpusPerTask", each.cpusPerTask());
      out.writeNumberField("memBytes", each.memBytes());
      out.writeFieldName("gres");
      writeGres(each.gres(), out);
      write(each, out);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeObjectFieldStart("licences");
    for (Map.Entry<String, Integer> each : placement.licences().entrySet()) {
      out.writeNumberField(each.getKey(), each.getValue());
    }
    out.writeEndObject();
  }

  /** Which nodes a component has, as the fields of the job for its own. */
  private static void write(JobComponent component, JsonGenerator out) throws IOException {
    JobPlacement placement = component.placement();
    out.writeStringField("constraint", JobDocument.orNull(placement.constraint()));
    out.writeStringField("nodeList", JobDocument.orNull(placement.nodeList()));
    out.writeStringField("excludeNodes", JobDocument.orNull(placement.excludeNodes()));
    Json.number(out, "maxNodes", positive(placement.maxNodes()));
    Json.number(out, "tasksPerNode", positive(placement.tasksPerNode()));
    out.writeStringField("tasksCounted", tasksCounted(placement, component.nodes()));
    Json.number(out, "memPerCpuBytes", positive(placement.memPerCpuBytes()));
    Json.number(out, "memPerGpuBytes", positive(placement.memPerGpuBytes()));
    out.writeFieldName("gresPerTask");
    writeGres(placement.gresPerTask(), out);
    out.writeBooleanField("contiguous", placement.contiguous());
    Json.number(out, "switches", positive(placement.switches()));
  }

  /** Whether tasks are those of all nodes, or of each on which they start. */
  static String tasksCounted(JobPlacement placement, int nodes) {
    return placement.maxNodes() > nodes && !placement.tasksInAll() ? "PER_NODE" : "IN_ALL";
  }

  private static void writeGres(List<GresRequest> gres, JsonGenerator out) throws IOException {
    out.writeStartArray();
    for (GresRequest each : gres) {
      out.writeStartObject();
      out.writeStringField("name", each.name());
      out.writeStringField("type", each.type());
      out.writeNumberField("count", each.count());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static Long positive(long value) {
    return value > 0 ? (Long) value : null;
  }
}
