package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What a job that was suspended is billed. */
final class SuspendedBill {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SuspendedBill() {}

  /** Its cores for the time it ran, as the job and the books say it. */
  static void isRight(RunningServer server, JsonNode ended) throws Exception {
    long suspendedMs = ended.path("suspendedMs").asLong();
    assertThat(suspendedMs).isPositive();
    long coreMs = ended.path("coreMs").asLong();
    assertThat(coreMs)
        .isEqualTo(
            ended.path("cores").asLong()
                * (ended.path("endMs").asLong() - ended.path("startMs").asLong() - suspendedMs));
    String path = "/api/v1/ledger/postings?job=" + ended.path("id").asLong();
    JsonNode postings = JSON.readTree(server.get("finance1", path).body()).path("items");
    long metered = 0;
    for (JsonNode posting : postings) {
      if (posting.path("account").asText().startsWith("usage:")
          && posting.path("unit").asText().equals("CORE_MS")) {
        metered += Math.abs(posting.path("amount").asLong());
      }
    }
    assertThat(metered).isEqualTo(coreMs);
  }
}
