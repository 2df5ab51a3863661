package org.queqiao.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.queqiao.server.auth.Refusal;
import org.queqiao.server.config.NearestName;

/**
 * A schema of the OpenAPI document, made ready for checking. Knows the keywords that the document
 * uses and refuses to load others, so nothing in the document goes unchecked. A test compares it
 * with a complete implementation of JSON Schema.
 *
 * <p>What is wrong is said with the name of its field, such as {@code signal.secondsBefore}; within
 * an array or an object of free names with the name of that. 400 for a field that is not known, 422
 * for a value that is not right.
 */
final class Schema {
  private static final Set<String> KEYWORDS =
      Set.of(
          "type",
          "properties",
          "required",
          "additionalProperties",
          "maxProperties",
          "items",
          "minItems",
          "maxItems",
          "minimum",
          "maximum",
          "minLength",
          "maxLength",
          "pattern",
          "enum",
          "oneOf");
  private static final int MAX_SHOWN = 64;
  private static final Set<String> NOTES = Set.of("description", "format", "default");

  private final Set<String> types;
  private final Map<String, Schema> properties;
  private final List<String> required;
  private final boolean closed;
  private final Schema additional;
  private final Schema items;
  private final List<Schema> oneOf;
  private final Map<String, Long> bounds = new TreeMap<>();
  private final Pattern pattern;
  private final String patternText;
  private final List<Object> allowed;
  private final Object defaultValue;

  /** The schema of a node of the document in which no reference is left. */
  @SuppressWarnings("unchecked")
  Schema(Map<String, Object> node) {
    for (Map.Entry<String, Object> each : node.entrySet()) {
      if (!KEYWORDS.contains(each.getKey()) && !NOTES.contains(each.getKey())) {
        throw new IllegalArgumentException("no check for the keyword " + each.getKey());
      }
      if (each.getValue() instanceof Number number) {
        bounds.put(each.getKey(), number.longValue());
      }
    }
    Object type = node.get("type");
    this.types =
        type instanceof List<?> list ? Set.copyOf((List<String>) list) : setOf((String) type);
    this.properties = new TreeMap<>();
    ((Map<String, Map<String, Object>>) node.getOrDefault("properties", Map.of()))
        .forEach((name, inner) -> properties.put(name, new Schema(inner)));
    this.required = List.copyOf((List<String>) node.getOrDefault("required", List.of()));
    Object rest = node.get("additionalProperties");
    this.closed = Boolean.FALSE.equals(rest);
    this.additional = rest instanceof Map<?, ?> map ? new Schema((Map<String, Object>) map) : null;
    this.items =
        node.get("items") instanceof Map<?, ?> map ? new Schema((Map<String, Object>) map) : null;
    this.oneOf = new ArrayList<>();
    ((List<Map<String, Object>>) node.getOrDefault("oneOf", List.of()))
        .forEach(each -> oneOf.add(new Schema(each)));
    this.patternText = (String) node.get("pattern");
    this.pattern = patternText == null ? null : compiled(patternText);
    this.allowed = (List<Object>) node.get("enum");
    this.defaultValue = node.get("default");
  }

  private static Set<String> setOf(String type) {
    return type == null ? Set.of() : Set.of(type);
  }

  /** As in the document, but the end is the end: Java's dollar also matches before a line end. */
  private static Pattern compiled(String text) {
    return Pattern.compile(
        text.endsWith("$") ? text.substring(0, text.length() - 1) + "\\z" : text);
  }

  Object defaultValue() {
    return defaultValue;
  }

  boolean isType(String type) {
    return types.contains(type);
  }

  /** What is wrong with a body, if anything is. */
  Optional<Refusal> check(Map<String, Object> body) {
    return Optional.ofNullable(wrong("", body));
  }

  /** What is wrong with the value of a parameter, if anything is. */
  Optional<Refusal> check(String name, Object value) {
    return Optional.ofNullable(wrong(name, value));
  }

  private Refusal wrong(String path, Object value) {
    if (!types.isEmpty() && types.stream().noneMatch(type -> fits(type, value))) {
      return invalid(path, "must be " + describeType());
    }
    if (!oneOf.isEmpty()
        && oneOf.stream().filter(each -> each.wrong(path, value) == null).count() != 1) {
      return invalid(path, "fits none of the forms that the document names");
    }
    return switch (value) {
      case Map<?, ?> map -> wrongObject(path, map);
      case List<?> list -> wrongArray(path, list);
      case String text -> wrongText(path, text);
      case Long number -> wrongNumber(path, number);
      case null, default -> null;
    };
  }

  private static boolean fits(String type, Object value) {
    return switch (type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof Long;
      case "boolean" -> value instanceof Boolean;
      case "null" -> value == null;
      default -> throw new IllegalArgumentException("no check for the type " + type);
    };
  }

  private Refusal wrongObject(String path, Map<?, ?> object) {
    for (Map.Entry<?, ?> each : object.entrySet()) {
      String name = (String) each.getKey();
      Schema schema = properties.getOrDefault(name, additional);
      String inner = schema == additional && !path.isEmpty() ? path : within(path, name);
      if (schema == null && closed) {
        return unknown(path, name);
      }
      Refusal wrong = schema == null ? null : schema.wrong(inner, each.getValue());
      if (wrong != null) {
        return schema == additional
            ? Refusal.of(wrong.code(), inner, "entry " + shown(name) + " of " + wrong.detail())
            : wrong;
      }
    }
    for (String name : required) {
      if (!object.containsKey(name)) {
        return Refusal.of(
            Refusal.Code.INVALID, within(path, name), name + " is missing: it is required");
      }
    }
    return exceeds("maxProperties", object.size())
        ? invalid(path, "has more than " + bounds.get("maxProperties") + " entries")
        : null;
  }

  private Refusal unknown(String path, String name) {
    String shown = shown(name);
    String near = NearestName.near(shown, properties.keySet());
    return Refusal.of(
        Refusal.Code.MALFORMED,
        within(path, shown),
        "there is no field "
            + shown
            + (near.isEmpty() ? "" : "; did you mean " + near + "?")
            + ": known are "
            + String.join(", ", properties.keySet()));
  }

  /** As much of a name of the request as an answer repeats. */
  static String shown(String name) {
    return name.length() > MAX_SHOWN ? name.substring(0, MAX_SHOWN) : name;
  }

  private Refusal wrongArray(String path, List<?> array) {
    if (exceeds("maxItems", array.size()) || below("minItems", array.size())) {
      return invalid(path, "must have " + range("minItems", "maxItems") + " entries");
    }
    for (Object each : array) {
      Refusal wrong = items == null ? null : items.wrong(path, each);
      if (wrong != null) {
        return Refusal.of(wrong.code(), path, wrong.detail());
      }
    }
    return null;
  }

  private static String within(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private Refusal wrongText(String path, String text) {
    if (!bounds.isEmpty()) {
      int length = text.codePointCount(0, text.length());
      if (exceeds("maxLength", length) || below("minLength", length)) {
        return invalid(path, "must have " + range("minLength", "maxLength") + " characters");
      }
    }
    if (allowed != null && !allowed.contains(text)) {
      return invalid(path, "must be one of " + allowed);
    }
    return pattern == null || pattern.matcher(text).find()
        ? null
        : invalid(path, "must match " + patternText);
  }

  private Refusal wrongNumber(String path, long number) {
    return exceeds("maximum", number) || below("minimum", number)
        ? invalid(path, "must be " + range("minimum", "maximum") + ", not " + number)
        : null;
  }

  private boolean exceeds(String bound, long value) {
    Long most = bounds.get(bound);
    return most != null && value > most;
  }

  private boolean below(String bound, long value) {
    Long least = bounds.get(bound);
    return least != null && value < least;
  }

  private String range(String least, String most) {
    Long from = bounds.get(least);
    Long to = bounds.get(most);
    return to == null ? "at least " + from : (from == null ? 0 : from) + " to " + to;
  }

  private String describeType() {
    return types.contains("integer")
        ? "an integer (no text, no fraction)"
        : types.contains("boolean") ? "true or false" : "of type " + String.join(" or ", types);
  }

  private static Refusal invalid(String path, String what) {
    String subject = path.isEmpty() ? "the body" : path;
    return Refusal.of(Refusal.Code.INVALID, path, subject + " " + what);
  }
}
