package org.queqiao.contract.codec;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.LoggedEvent;

/**
 * Facts as JSON for people. What belongs to a user alone is left out: of scripts, environments and
 * request bodies only the size is shown.
 */
public final class FactText {
  private static final List<String> PRIVATE = List.of("script", "environment", "requestHash");

  private FactText() {}

  /** The fact with who caused it and why, on one line. */
  public static String line(LoggedEvent logged) {
    StringBuilder out = new StringBuilder();
    out.append("{\"actor\":").append(quote(logged.actor().toString()));
    if (!logged.reason().isEmpty()) {
      // Some facts have a reason of their own.
      out.append(",\"because\":").append(quote(logged.reason()));
    }
    out.append(",\"event\":").append(quote(logged.event().getClass().getSimpleName()));
    fields((Record) logged.event(), out);
    return out.append('}').toString();
  }

  /** What the fact says, as an object. */
  public static String content(Event event) {
    StringBuilder out = new StringBuilder();
    value(event, out);
    return out.toString();
  }

  /** A text as JSON; what cannot be seen is written as its code. */
  public static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.getType(c) == Character.FORMAT || c == 0x7f) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private static void fields(Record record, StringBuilder out) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      out.append(',').append(quote(component.getName())).append(':');
      Object value = read(component, record);
      if (PRIVATE.contains(component.getName())) {
        out.append("{\"hidden\":").append(size(value)).append('}');
      } else {
        value(value, out);
      }
    }
  }

  private static Object read(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("cannot read " + component, failure);
    }
  }

  private static void value(Object value, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case Number number -> out.append(number);
      case Boolean bool -> out.append(bool);
      case Enum<?> name -> out.append(quote(name.name()));
      case byte[] bytes -> out.append("{\"hidden\":").append(bytes.length).append('}');
      case Collection<?> list -> {
        out.append('[');
        String separator = "";
        for (Object each : list) {
          out.append(separator);
          value(each, out);
          separator = ",";
        }
        out.append(']');
      }
      case Record record when isId(record) -> out.append(quote(record.toString()));
      case Record record -> {
        StringBuilder inner = new StringBuilder();
        fields(record, inner);
        out.append('{').append(inner.isEmpty() ? "" : inner.substring(1)).append('}');
      }
      default -> out.append(quote(value.toString()));
    }
  }

  /** Identifiers are shown as people write them. */
  private static boolean isId(Record record) {
    return record.getClass().getPackageName().endsWith(".contract.id");
  }

  private static int size(Object value) {
    return switch (value) {
      case null -> 0;
      case byte[] bytes -> bytes.length;
      case Map<?, ?> map -> map.size();
      default -> value.toString().length();
    };
  }
}
