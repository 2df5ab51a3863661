package org.queqiao.runtime.tool;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.eventlog.LogEntry;
import org.queqiao.runtime.recovery.CommittedReader;
import org.queqiao.runtime.recovery.RecoveryException;

/**
 * Facts as lines of JSON. What belongs to a user alone is left out: of scripts, environments and
 * request bodies only the size is shown.
 */
final class EventLines {
  private static final List<String> PRIVATE = List.of("script", "environment", "requestHash");

  private EventLines() {}

  static String render(LogEntry entry) {
    try {
      return render(CommittedReader.decode(entry));
    } catch (RecoveryException unknown) {
      return "{\"unreadable\":" + quote(unknown.getMessage()) + "}";
    }
  }

  static String render(LoggedEvent logged) {
    StringBuilder out = new StringBuilder();
    out.append("{\"actor\":").append(quote(logged.actor().toString()));
    out.append(",\"event\":").append(quote(logged.event().getClass().getSimpleName()));
    fields((Record) logged.event(), out);
    return out.append('}').toString();
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

  private static String quote(String text) {
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
}
