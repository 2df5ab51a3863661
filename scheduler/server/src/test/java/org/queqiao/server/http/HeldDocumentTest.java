package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;

/** What a run holds, as it is shown. */
final class HeldDocumentTest {
  private static JsonNode shown(HeldDocument held) throws Exception {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new ObjectMapper().createGenerator(text)) {
      out.writeStartObject();
      held.write(out);
      out.writeEndObject();
    }
    return new ObjectMapper().readTree(text.toString()).path("allocations");
  }

  @Test
  void coresAndDevicesAreShownAsRanges() throws Exception {
    Allocation one =
        new Allocation(
            new NodeName("n1"),
            List.of(0, 1, 2, 5, 7, 8),
            64,
            List.of(new Allocation.GresDevices("gpu", "v100", List.of(0, 1, 3))));
    assertThat(shown(new HeldDocument(List.of(one.of(2)))).toString())
        .isEqualTo(
            "[{\"node\":\"n1\",\"component\":2,\"cores\":\"0-2,5,7-8\",\"memBytes\":64,"
                + "\"devices\":[{\"name\":\"gpu\",\"type\":\"v100\",\"indices\":\"0-1,3\"}]}]");
    assertThat(shown(HeldDocument.UNKNOWN).isNull()).isTrue();
    assertThat(HeldDocument.ranges(List.of())).isEmpty();
  }

  @Test
  void ofManyNodesTheFirstAreShown() throws Exception {
    List<Allocation> many = new ArrayList<>();
    for (int i = 0; i <= HeldDocument.MOST_NODES; i++) {
      many.add(new Allocation(new NodeName("n" + i), List.of(i), 1, List.of()));
    }
    assertThat(shown(new HeldDocument(many))).hasSize(HeldDocument.MOST_NODES);
  }
}
