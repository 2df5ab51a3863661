package org.queqiao.server.auth;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A small JSON object whose fields are known and have the right type. */
final class RequestBody {
  private final JsonNode object;

  /**
   * A field that a body may have.
   *
   * @param name of the field
   * @param isText whether it is a text; else it is a whole number
   */
  record Field(String name, boolean isText) {
    static Field text(String name) {
      return new Field(name, true);
    }

    static Field wholeNumber(String name) {
      return new Field(name, false);
    }

    private boolean fits(JsonNode value) {
      return isText ? value.isTextual() : value.isIntegralNumber() && value.canConvertToLong();
    }
  }

  private RequestBody(JsonNode object) {
    this.object = object;
  }

  /** The body of a request; none at all is an empty object. Never quotes what it read. */
  static Outcome<RequestBody> read(RoutingContext context, Field... fields) {
    Buffer content = context.body().buffer();
    if (content == null || content.length() == 0) {
      return Outcome.accepted(new RequestBody(StrictJson.MAPPER.createObjectNode()));
    }
    String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null
        || !type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals("application/json")) {
      return Outcome.denied(
          Refusal.of(Refusal.Code.WRONG_TYPE, "the body must be application/json"));
    }
    JsonNode object;
    try {
      object = StrictJson.read(content.getBytes(), JsonNode.class);
    } catch (IOException e) {
      object = null;
    }
    if (object == null || !object.isObject()) {
      return Outcome.denied(
          Refusal.of(Refusal.Code.MALFORMED, "the body must be one JSON object, each field once"));
    }
    return checked(object, List.of(fields));
  }

  private static Outcome<RequestBody> checked(JsonNode object, List<Field> fields) {
    for (var each : object.properties()) {
      Optional<Field> field =
          fields.stream().filter(known -> known.name().equals(each.getKey())).findFirst();
      if (field.isEmpty()) {
        return Outcome.denied(
            Refusal.of(
                Refusal.Code.MALFORMED,
                "the body has a field that is not known here; known are "
                    + String.join(", ", fields.stream().map(Field::name).toList())));
      }
      if (!field.get().fits(each.getValue())) {
        return Outcome.denied(
            Refusal.of(
                Refusal.Code.INVALID,
                field.get().name(),
                field.get().name()
                    + (field.get().isText() ? " must be a text" : " must be a whole number")));
      }
    }
    return Outcome.accepted(new RequestBody(object));
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(object.get(name)).map(JsonNode::textValue);
  }

  Optional<Secret> secret(String name) {
    return text(name).map(Secret::of);
  }

  Optional<Long> wholeNumber(String name) {
    return Optional.ofNullable(object.get(name)).map(JsonNode::longValue);
  }
}
