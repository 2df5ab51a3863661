package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.queqiao.core.explain.Table;

/** A job for terminals: a line for each field of its document that says something. */
final class JobText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JobText() {}

  static String of(JobDocument job, HeldDocument held) {
    Table table = new Table("FIELD", "VALUE");
    for (Map.Entry<String, JsonNode> field : tree(job, held).properties()) {
      String value = words(field.getValue());
      if (!value.isEmpty()) {
        table.row(field.getKey(), value);
      }
    }
    return table.toString();
  }

  private static JsonNode tree(JobDocument job, HeldDocument held) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      job.write(held, out);
      out.flush();
      return JSON.readTree(bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  private static String words(JsonNode value) {
    if (value.isNull()) {
      return "";
    }
    if (!value.isContainerNode()) {
      return value.asText();
    }
    List<String> parts = new ArrayList<>();
    value.elements().forEachRemaining(each -> parts.add(words(each)));
    if (value.isArray()) {
      return String.join(",", parts);
    }
    List<String> named = new ArrayList<>();
    value.properties().forEach(each -> named.add(each.getKey() + "=" + words(each.getValue())));
    return String.join(" ", named);
  }
}
