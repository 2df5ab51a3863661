package org.queqiao.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.queqiao.server.auth.Secret;

/** One record, one line, whatever the message holds. */
final class JsonLinesTest {
  private static String line(String message, Object... parameters) {
    LogRecord logged = new LogRecord(Level.WARNING, message);
    logged.setLoggerName("org.queqiao.test");
    logged.setParameters(parameters);
    return new JsonLines().format(logged);
  }

  @Test
  void whatCouldForgeALineIsEscaped() throws Exception {
    String text = "a\r\nb\u001b[31m\u202e\u2028\"\\\u0000\ud800";
    String line = line(text);
    assertThat(line).endsWith("\"}\n").doesNotContain("\r").doesNotContain("\u202e");
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    JsonNode read = new ObjectMapper().readTree(line);
    assertThat(read.path("message").asText()).startsWith("a\r\nb");
    assertThat(read.path("level").asText()).isEqualTo("WARN");
    assertThat(read.path("logger").asText()).isEqualTo("org.queqiao.test");
  }

  @Test
  void secretsPrintNothing() {
    assertThat(line("signed in with {0}", Secret.of("canary-7f3a"))).doesNotContain("canary-7f3a");
  }
}
