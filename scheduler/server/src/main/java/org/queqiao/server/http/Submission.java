package org.queqiao.server.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.QuoteClaim;
import org.queqiao.core.message.TermsRequest;

/** Turns a checked body, or a script with options beside it, into the request of the machine. */
final class Submission {
  /** Name, model, count; a model does not begin with a digit. */
  private static final Pattern GRES =
      Pattern.compile(
          "([A-Za-z][A-Za-z0-9_.-]{0,63})(?::([A-Za-z][A-Za-z0-9_.-]{0,63}))?(?::([1-9][0-9]{0,6}))?");

  private Submission() {}

  /** A JSON body that fits the document. */
  static JobRequest of(Map<String, Object> body, QuoteClaim quote) {
    byte[] script = ((String) body.get("script")).getBytes(StandardCharsets.UTF_8);
    return of(script, body, quote);
  }

  /** A script as the body, with the options as parameters that have the names of the fields. */
  static JobRequest of(byte[] script, Map<String, Object> options, QuoteClaim quote) {
    return JobRequest.builder(script)
        .name((String) options.get("name"))
        .partition(
            name("partition", options.get("partition"), PartitionName.FORM, PartitionName::new))
        .project(name("project", options.get("project"), ProjectName.FORM, ProjectName::new))
        .nodes(integer("nodes", options))
        .tasks(integer("tasks", options))
        .cpusPerTask(integer("cpusPerTask", options))
        .memBytes((Long) options.get("memBytes"))
        .gres(gres("gres", options.get("gres")))
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
        .placement(PlacementJson.of(options, gres("gresPerTask", options.get("gresPerTask"))))
        .array((String) options.get("array"))
        .quote(quote)
        .endUser((String) options.get("endUser"))
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

  /** As objects, or with a script body as Slurm writes them: {@code gpu:a100:2,fpga}. */
  @SuppressWarnings("unchecked")
  static List<GresRequest> gres(String field, Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      return Stream.of(text.split(",", -1)).map(each -> gres(field, each)).toList();
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

  private static GresRequest gres(String field, String text) {
    Matcher matcher = GRES.matcher(text);
    if (!matcher.matches()) {
      throw Refused.invalid(
          field, field + " is written like gpu:2 or gpu:a100:2,fpga: '" + text + "' is not");
    }
    String type = matcher.group(2);
    String count = matcher.group(3);
    return new GresRequest(
        matcher.group(1), type == null ? "" : type, count == null ? 1 : Integer.parseInt(count));
  }

  @SuppressWarnings("unchecked")
  private static SortedMap<String, String> environment(Object value) {
    return value == null ? null : new TreeMap<>((Map<String, String>) value);
  }
}
