package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;

/** Sums that the server makes of what a processor counts. */
final class MetricsDocumentTest {
  private static String of(CounterValue... values) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      MetricsDocument.totals(List.of(values), out);
      out.writeArrayFieldStart("missing");
      MetricsDocument.missing(new NodeName("n1"), List.of(values), out);
      out.writeEndArray();
      out.writeEndObject();
    }
    return text.toString();
  }

  @Test
  void floatingPointOperationsAreThoseOfAllInstructions() throws IOException {
    assertThat(
            of(
                CounterValue.exact(Counter.FLOAT_1, 1000),
                CounterValue.exact(Counter.FLOAT_2, 100),
                CounterValue.exact(Counter.FLOAT_4, 10),
                CounterValue.exact(Counter.FLOAT_8, 3),
                CounterValue.exact(Counter.FLOAT_16, 2)))
        .contains("\"floatingPointOperations\":" + (1000 + 200 + 40 + 24 + 32));
    assertThat(
            of(
                CounterValue.exact(Counter.FLOAT_1, 7),
                CounterValue.exact(Counter.FLOAT_16, Long.MAX_VALUE / 3)))
        .as("what a node says never overflows")
        .contains("\"floatingPointOperations\":" + Long.MAX_VALUE);
  }

  @Test
  void withoutTheEventTheyAreMissingForItsReason() throws IOException {
    CounterValue.State none = CounterValue.State.UNSUPPORTED;
    assertThat(of(new CounterValue(Counter.FLOAT_1.number(), none, 2, 0)))
        .contains("\"totals\":{}")
        .contains(
            "{\"counter\":\"floatingPointOperations\",\"node\":\"n1\","
                + "\"reason\":\"this node has no such event\"}");
  }
}
