package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.policy.PriorityPolicy;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.contract.policy.Rules;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.PriorityTerms;

/** What the site decides about order and limits, as JSON. A body keeps what it does not name. */
final class PolicyJson {
  private static final long MILLION = 1_000_000;
  private static final int PART_BITS = 40;

  private PolicyJson() {}

  /** A part of 2^40 in millionths. */
  static long ppm(long part) {
    return part * MILLION >> PART_BITS;
  }

  static String part(long part) {
    return ExplanationText.millionths(ppm(part));
  }

  static void write(PlatformDefined platform, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", platform.name().value());
    out.writeStringField("title", platform.title());
    out.writeEndObject();
  }

  static void write(QosDefined qos, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", qos.name().value());
    out.writeStringField("title", qos.title());
    out.writeNumberField("priority", qos.priority());
    Json.texts(out, "preempts", qos.preempts().stream().map(QosName::value).toList());
    write(qos.preemption(), out);
    out.writeNumberField("leaseMs", qos.leaseMs());
    out.writeEndObject();
  }

  /** The fields about pushing aside, inside of an object. */
  static void write(PreemptRules rules, JsonGenerator out) throws IOException {
    out.writeStringField("preemptMode", rules.mode().name());
    out.writeNumberField("graceMs", rules.graceMs());
    out.writeNumberField("exemptMs", rules.exemptMs());
  }

  /** The same from a body, which may leave each as it is now. */
  static PreemptRules preemption(PreemptRules now, Map<String, Object> body) {
    return new PreemptRules(
        PreemptMode.valueOf((String) body.getOrDefault("preemptMode", now.mode().name())),
        integer(body, "graceMs", now.graceMs()),
        number(body, "exemptMs", now.exemptMs()));
  }

  static QosDefined qos(QosName name, Map<String, Object> body) {
    return new QosDefined(
        name,
        (String) body.get("title"),
        integer(body, "priority", 0),
        names(body, "preempts", QosName::new, List.of()),
        preemption(PreemptRules.OFF, body),
        number(body, "leaseMs", 0));
  }

  static int integer(Map<String, Object> body, String field, int otherwise) {
    Long value = (Long) body.get(field);
    return value == null ? otherwise : Math.toIntExact(value);
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> names(
      Map<String, Object> body, String field, Function<String, T> make, List<T> otherwise) {
    Object value = body.get(field);
    return value == null ? otherwise : ((List<String>) value).stream().map(make).toList();
  }

  static PriorityPolicy policy(PriorityPolicy now, Map<String, Object> body) {
    return new PriorityPolicy(
        number(body, "age", now.age()),
        number(body, "fairShare", now.fairShare()),
        number(body, "jobSize", now.jobSize()),
        number(body, "partition", now.partition()),
        number(body, "qos", now.qos()),
        number(body, "project", now.project()),
        number(body, "site", now.site()),
        number(body, "nice", now.nice()),
        (Boolean) body.getOrDefault("favorSmall", now.favorSmall()),
        number(body, "sizeCores", now.sizeCores()),
        number(body, "maxAgeMs", now.maxAgeMs()),
        number(body, "halfLifeMs", now.halfLifeMs()),
        weights(body, "tres", now.tres()),
        weights(body, "usage", now.usage()));
  }

  private static long number(Map<String, Object> body, String field, long otherwise) {
    return (Long) body.getOrDefault(field, otherwise);
  }

  @SuppressWarnings("unchecked")
  private static List<ResourceWeight> weights(
      Map<String, Object> body, String field, List<ResourceWeight> otherwise) {
    Object value = body.get(field);
    return value == null
        ? otherwise
        : ((List<Map<String, Object>>) value)
            .stream()
                .map(each ->
                    new ResourceWeight(
                        (String) each.get("resource"),
                        (Long) each.get("weight"),
                        (Long) each.get("per")))
                .toList();
  }

  static void write(PriorityPolicy policy, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("age", policy.age());
    out.writeNumberField("fairShare", policy.fairShare());
    out.writeNumberField("jobSize", policy.jobSize());
    out.writeNumberField("partition", policy.partition());
    out.writeNumberField("qos", policy.qos());
    out.writeNumberField("project", policy.project());
    out.writeNumberField("site", policy.site());
    out.writeNumberField("nice", policy.nice());
    out.writeBooleanField("favorSmall", policy.favorSmall());
    out.writeNumberField("sizeCores", policy.sizeCores());
    out.writeNumberField("maxAgeMs", policy.maxAgeMs());
    out.writeNumberField("halfLifeMs", policy.halfLifeMs());
    write("tres", policy.tres(), out);
    write("usage", policy.usage(), out);
    out.writeEndObject();
  }

  private static void write(String field, List<ResourceWeight> weights, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart(field);
    for (ResourceWeight each : weights) {
      out.writeStartObject();
      out.writeStringField("resource", each.resource());
      out.writeNumberField("weight", each.weight());
      out.writeNumberField("per", each.per());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  @SuppressWarnings("unchecked")
  static Rules rules(Rules now, Map<String, Object> body) {
    Object limits = body.get("limits");
    String platform = (String) body.get("platform");
    String standard = (String) body.get("defaultQos");
    return new Rules(
        integer(body, "shares", now.shares()),
        body.containsKey("platform") ? named(platform, PlatformName::new) : now.platform(),
        names(body, "qos", QosName::new, now.qos()),
        body.containsKey("defaultQos") ? named(standard, QosName::new) : now.defaultQos(),
        integer(body, "priority", now.priority()),
        limits == null
            ? now.limits()
            : ((List<Map<String, Object>>) limits).stream().map(PolicyJson::limit).toList());
  }

  private static <T> T named(String name, Function<String, T> make) {
    return name == null || name.isEmpty() ? null : make.apply(name);
  }

  private static Limit limit(Map<String, Object> each) {
    return new Limit(
        LimitScope.valueOf((String) each.get("scope")),
        Quantity.valueOf((String) each.get("quantity")),
        (String) each.getOrDefault("gres", ""),
        (Long) each.get("most"));
  }

  static void write(RulesSet set, JsonGenerator out) throws IOException {
    Rules rules = set.rules();
    out.writeStartObject();
    out.writeStringField("kind", set.subject().kind());
    out.writeStringField("name", set.subject().label());
    out.writeNumberField("shares", rules.shares());
    out.writeStringField("platform", rules.platform() == null ? null : rules.platform().value());
    Json.texts(out, "qos", rules.qos().stream().map(QosName::value).toList());
    out.writeStringField(
        "defaultQos", rules.defaultQos() == null ? null : rules.defaultQos().value());
    out.writeNumberField("priority", rules.priority());
    out.writeArrayFieldStart("limits");
    for (Limit each : rules.limits()) {
      out.writeStartObject();
      out.writeStringField("scope", each.scope().name());
      out.writeStringField("quantity", each.quantity().name());
      out.writeStringField("gres", each.gres());
      out.writeNumberField("most", each.most());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /** The fields of a priority: its sum and its terms. */
  static void writeTerms(PriorityTerms terms, JsonGenerator out) throws IOException {
    out.writeNumberField("priorityMicro", terms.totalMicro());
    out.writeArrayFieldStart("terms");
    for (PriorityTerms.Term each : terms.terms()) {
      out.writeStartObject();
      out.writeStringField("name", each.name());
      out.writeNumberField("weight", each.weight());
      out.writeNumberField("factorPpm", each.factorPpm());
      out.writeNumberField("micro", each.micro());
      out.writeEndObject();
    }
    out.writeEndArray();
  }
}
