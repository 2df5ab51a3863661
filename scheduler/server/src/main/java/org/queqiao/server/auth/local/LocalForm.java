package org.queqiao.server.auth.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.auth.Refusal.Code;
import org.queqiao.server.auth.StrictJson;

/** The fields of a local request, from a form, a JSON object, or the query of a DELETE. */
final class LocalForm {
  private final Map<String, String> fields;

  /** A field is missing or wrong; caught where the request came in and answered there. */
  static final class WrongForm extends RuntimeException {
    private final transient Refusal refusal;

    WrongForm(Code code, String field, String detail) {
      super(detail, null, false, false);
      this.refusal = Refusal.of(code, field, detail);
    }

    Refusal refusal() {
      return refusal;
    }
  }

  private LocalForm(Map<String, String> fields) {
    this.fields = fields;
  }

  /** Reads the request; fields that are not known here are refused by name. */
  static LocalForm read(RoutingContext context, List<String> known) {
    Map<String, String> fields = new TreeMap<>();
    String type = context.request().getHeader("Content-Type");
    Buffer body = context.body().buffer();
    if (context.request().method().name().equals("DELETE")) {
      collect(context.request().params(true), fields, context.pathParams());
    } else if (type != null && type.startsWith("application/json")) {
      collect(body == null ? Buffer.buffer() : body, fields);
    } else if (type != null && type.startsWith("application/x-www-form-urlencoded")) {
      collect(context.request().formAttributes(), fields, Map.of());
    } else if (body != null && body.length() > 0) {
      throw new WrongForm(
          Code.WRONG_TYPE, "", "send application/x-www-form-urlencoded or application/json");
    }
    for (String name : fields.keySet()) {
      if (!known.contains(name)) {
        throw new WrongForm(
            Code.MALFORMED,
            "",
            "there is a field that is not known here; known are " + String.join(", ", known));
      }
    }
    return new LocalForm(fields);
  }

  private static void collect(MultiMap from, Map<String, String> to, Map<String, String> path) {
    for (Map.Entry<String, String> each : from) {
      if (!path.containsKey(each.getKey()) && to.put(each.getKey(), each.getValue()) != null) {
        throw new WrongForm(Code.MALFORMED, "", "a field stands there twice");
      }
    }
  }

  private static void collect(Buffer from, Map<String, String> to) {
    JsonNode object;
    try {
      object = StrictJson.read(from.getBytes(), JsonNode.class);
    } catch (IOException e) {
      object = null;
    }
    if (object == null || !object.isObject()) {
      throw new WrongForm(Code.MALFORMED, "", "the body must be one JSON object, each field once");
    }
    for (Map.Entry<String, JsonNode> each : object.properties()) {
      if (!each.getValue().isValueNode() || each.getValue().isNull()) {
        throw new WrongForm(Code.INVALID, "", "every field must be a text or a number");
      }
      to.put(each.getKey(), each.getValue().asText());
    }
  }

  /** A field that may be missing or empty. */
  Optional<String> optional(String name) {
    return Optional.ofNullable(fields.get(name)).filter(text -> !text.isEmpty());
  }

  /** A field that must be there. */
  String required(String name) {
    return optional(name)
        .orElseThrow(() -> new WrongForm(Code.INVALID, name, name + " is missing"));
  }

  /** A field that must be there and of this type, whose constructor refuses wrong texts. */
  <T> T required(String name, Function<String, T> type) {
    return convert(name, required(name), type);
  }

  <T> Optional<T> optional(String name, Function<String, T> type) {
    return optional(name).map(text -> convert(name, text, type));
  }

  private static <T> T convert(String name, String text, Function<String, T> type) {
    try {
      return type.apply(text);
    } catch (NumberFormatException e) {
      throw new WrongForm(Code.INVALID, name, name + " must be a whole number");
    } catch (IllegalArgumentException e) {
      throw new WrongForm(Code.INVALID, name, name + ": " + e.getMessage());
    }
  }
}
