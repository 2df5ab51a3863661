package org.queqiao.server.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.TermsRequest;

/** Turns a checked body, or a script with options beside it, into the request of the machine. */
final class Submission {
  private Submission() {}

  /** A JSON body that fits the document. */
  static JobRequest of(Map<String, Object> body) {
    byte[] script = ((String) body.get("script")).getBytes(StandardCharsets.UTF_8);
    return of(script, body);
  }

  /** A script as the body, with the options as parameters that have the names of the fields. */
  static JobRequest of(byte[] script, Map<String, Object> options) {
    return JobRequest.builder(script)
        .name((String) options.get("name"))
        .partition(
            name("partition", options.get("partition"), PartitionName.FORM, PartitionName::new))
        .project(name("project", options.get("project"), ProjectName.FORM, ProjectName::new))
        .nodes(integer("nodes", options))
        .tasks(integer("tasks", options))
        .cpusPerTask(integer("cpusPerTask", options))
        .memBytes((Long) options.get("memBytes"))
        .gres(gres(options.get("gres")))
        .limitMs((Long) options.get("limitMs"))
        .workDir((String) options.get("workDir"))
        .environment(environment(options.get("environment")))
        .stdoutPath((String) options.get("stdoutPath"))
        .stderrPath((String) options.get("stderrPath"))
        .hold((Boolean) options.get("hold"))
        .qos(name("qos", options.get("qos"), QosName.FORM, QosName::new))
        .reservation(
            name(
                "reservation",
                options.get("reservation"),
                ReservationName.FORM,
                ReservationName::new))
        .terms(terms(options))
        .placement(PlacementJson.of(options, gres(options.get("gresPerTask"))))
        .array((String) options.get("array"))
        .build();
  }

  private static TermsRequest terms(Map<String, Object> options) {
    return new TermsRequest(
        (Long) options.get("beginMs"),
        (Long) options.get("deadlineMs"),
        integer("nice", options),
        (String) options.get("dependency"),
        (Boolean) options.get("killOnInvalidDependency"),
        (Boolean) options.get("requeue"),
        WarningText.of(options.get("signal")));
  }

  private static <T> T name(
      String field,
      Object value,
      java.util.regex.Pattern form,
      java.util.function.Function<String, T> make) {
    if (value == null) {
      return null;
    }
    String text = (String) value;
    if (!form.matcher(text).matches()) {
      throw Refused.invalid(field, field + " must match " + form.pattern());
    }
    return make.apply(text);
  }

  private static Integer integer(String field, Map<String, Object> options) {
    Long value = (Long) options.get(field);
    if (value == null) {
      return null;
    }
    if (value.intValue() != value) {
      throw Refused.invalid(field, field + " is " + value + ", which is more than any cluster has");
    }
    return value.intValue();
  }

  @SuppressWarnings("unchecked")
  static List<GresRequest> gres(Object value) {
    if (value == null) {
      return null;
    }
    return ((List<Map<String, Object>>) value)
        .stream()
            .map(each ->
                new GresRequest(
                    (String) each.get("name"),
                    (String) each.getOrDefault("type", ""),
                    ((Long) each.get("count")).intValue()))
            .toList();
  }

  @SuppressWarnings("unchecked")
  private static SortedMap<String, String> environment(Object value) {
    return value == null ? null : new TreeMap<>((Map<String, String>) value);
  }
}
