package org.queqiao.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.queqiao.server.config.ConfigException;
import org.queqiao.server.config.ServerConfig;

/** Where a server listens: what was said last and nearest counts. */
final class OptionsTest {
  private static final ServerConfig SILENT = ServerConfig.of(new TreeMap<>(), "default");
  private static final ServerConfig NAMING =
      ServerConfig.of(new TreeMap<>(Map.of("http.port", 9001)), "queqiao.yaml");

  @Test
  void thePortOfAnEarlierStartIsKeptUnlessAnotherIsNamed() {
    assertThat(options("--kept-port", "9002").portWith(SILENT)).isEqualTo(9002);
    assertThat(options("--kept-port", "9002").portWith(NAMING)).isEqualTo(9001);
    assertThat(options("--kept-port", "9002", "--port", "0").portWith(NAMING)).isZero();
    assertThat(options().portWith(NAMING)).isEqualTo(9001);
    assertThat(options().portWith(SILENT)).isEqualTo(8080);
  }

  @Test
  void aPortThatIsNoneIsRefusedByTheNameOfItsOption() {
    assertThatThrownBy(() -> options("--kept-port", "70000"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--kept-port takes a number from 0 to 65535, not '70000'");
  }

  private static Options options(String... more) {
    String[] all = new String[more.length + 2];
    all[0] = "--data";
    all[1] = "/nowhere";
    System.arraycopy(more, 0, all, 2, more.length);
    return Options.parse(all);
  }
}
