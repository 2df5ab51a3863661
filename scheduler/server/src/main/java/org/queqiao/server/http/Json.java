package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.queqiao.contract.job.GresRequest;

/** Forms that many answers have in common. */
final class Json {
  private Json() {}

  /** Writes an item of a list. */
  @FunctionalInterface
  interface Item<T> {
    void write(T item, JsonGenerator out) throws IOException;
  }

  static void number(JsonGenerator out, String name, Number value) throws IOException {
    if (value == null) {
      out.writeNullField(name);
    } else {
      out.writeNumberField(name, value.longValue());
    }
  }

  static void texts(JsonGenerator out, String name, Collection<String> values) throws IOException {
    out.writeArrayFieldStart(name);
    for (String each : values) {
      out.writeString(each);
    }
    out.writeEndArray();
  }

  static void gres(JsonGenerator out, List<GresRequest> gres) throws IOException {
    out.writeArrayFieldStart("gres");
    for (GresRequest each : gres) {
      out.writeStartObject();
      out.writeStringField("name", each.name());
      out.writeStringField("type", each.type());
      out.writeNumberField("count", each.count());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** A page: the items, and the cursor of the next page or null. */
  static <T> void page(JsonGenerator out, Collection<T> items, String next, Item<T> item)
      throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("items");
    for (T each : items) {
      item.write(each, out);
    }
    out.writeEndArray();
    out.writeStringField("next", next);
    out.writeEndObject();
  }
}
