package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.queqiao.contract.job.Allocation;

/**
 * What the latest run of a job holds or held, node by node: which cores and devices, by their ids.
 *
 * @param nodes null where the state does not know it, as for a job of long ago
 */
record HeldDocument(List<Allocation> nodes) {
  static final HeldDocument UNKNOWN = new HeldDocument(null);

  /** Nodes told one by one; jobs on more have the first ones told. */
  static final int MOST_NODES = 1_000;

  void write(JsonGenerator out) throws IOException {
    if (nodes == null) {
      out.writeNullField("allocations");
      return;
    }
    out.writeArrayFieldStart("allocations");
    for (Allocation each : nodes.subList(0, Math.min(nodes.size(), MOST_NODES))) {
      out.writeStartObject();
      out.writeStringField("node", each.node().value());
      out.writeNumberField("component", each.component());
      out.writeStringField("cores", ranges(each.cores()));
      out.writeNumberField("memBytes", each.memBytes());
      out.writeArrayFieldStart("devices");
      for (Allocation.GresDevices devices : each.gres()) {
        out.writeStartObject();
        out.writeStringField("name", devices.name());
        out.writeStringField("type", devices.type());
        out.writeStringField("indices", ranges(devices.devices()));
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Ascending numbers with those that follow each other as one range: {@code 0-3,8}. */
  static String ranges(List<Integer> ascending) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < ascending.size(); i++) {
      int first = ascending.get(i);
      while (i + 1 < ascending.size() && ascending.get(i + 1) == ascending.get(i) + 1) {
        i++;
      }
      out.append(out.isEmpty() ? "" : ",").append(first);
      if (ascending.get(i) > first) {
        out.append('-').append(ascending.get(i));
      }
    }
    return out.toString();
  }
}
