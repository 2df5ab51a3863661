package org.queqiao.server.config;

import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names and defaults are a contract; bad configurations get a clear answer. */
final class ServerConfigTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    Path file = folder.resolve("queqiao.yaml");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  @Test
  void allNamesAndDefaultsAreOnThePage() throws IOException {
    Path page = Path.of("../../docs/configuration.md");
    String now = ConfigTool.page(ServerConfig.of(new TreeMap<>(), "default").settings());
    if ("write".equals(System.getProperty("queqiao.golden"))) {
      Files.writeString(page, now);
    }
    assertThat(Files.readString(page)).isEqualTo(now);
  }

  @Test
  void aFileChangesWhatItNamesAndNothingElse() throws IOException {
    ServerConfig config =
        ServerConfig.read(file("limits:\n  submitsPerSecond: 7\nbilling: {zone: UTC}\n"));
    assertThat(config.limits().submitsPerSecond()).isEqualTo(7);
    assertThat(config.limits().submitBurst()).isEqualTo(2_000);
    assertThat(config.billing().zone().getId()).isEqualTo("UTC");
    assertThat(config.settings())
        .filteredOn(s -> !s.origin().equals("default"))
        .extracting(Setting::key)
        .containsExactly("billing.zone", "limits.submitsPerSecond");
  }

  @Test
  void anAddressOfIpv6MayStandInBracketsAndIsSeenBeforeTheNetworkIsLoaded() throws IOException {
    Path plain = file("http: {host: 127.0.0.1, publicUrl: 'http://[::1]:8080'}\n");
    assertThat(ServerConfig.listensOnIpv6(plain)).isFalse();
    assertThat(ServerConfig.listensOnIpv6(folder.resolve("none"))).isFalse();
    Path six = file("http: {host: '[::1]'}\n");
    assertThat(ServerConfig.listensOnIpv6(six)).isTrue();
    assertThat(ServerConfig.read(six).http().host()).isEqualTo("::1");
    assertThat(ServerConfig.read(six).http().hostInUrl()).isEqualTo("[::1]");
    assertThat(ServerConfig.listensOnIpv6(file("agents:\n  host: '::'\n"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http: {prot: 80} | nearest is 'http.port'",
        "http: {port: eighty} | whole number",
        "http: {port: 70000} | from 0 to 65535",
        "http: {port: 1.5} | whole number",
        "agents: {shellAddress: login.site} | is an IP address",
        "limits: {submitsPerSecond: -1} | from 1",
        "billing: {zone: Mars/Olympus} | no time zone",
        "billing: {currency: yuan} | three capital letters",
        "billing: {fiscalYearStart: 13} | from 1 to 12",
        "http: {host: 0.0.0.0} | needs TLS",
        "- a list | must consist of keys",
        "http: {host: '::'} | needs TLS",
        "http: {host: 192.0.2.1} | needs TLS",
        "http: &a [*a] | there is no setting",
        "http: !!java.net.URL ['http://evil'] | no YAML that can be read",
        "!!org.queqiao.Anything {http: 1} | no YAML that can be read",
        "http: {host: 1} | a text",
        "http: !!javax.script.ScriptEngineManager [] | no YAML that can be read",
        "http: {port: 1, port: 2} | no YAML that can be read",
        "a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}} | nested 8 deep",
      })
  void whatIsWrongIsNamed(String text, String answer) throws IOException {
    Path file = file(text + "\n");
    assertThatThrownBy(() -> ServerConfig.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(answer);
  }

  @Test
  void c4BombsOfAliasesAndDepthAreRefusedAtOnce() throws IOException {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String before = "*a" + (i - 1);
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", nCopies(10, before))));
    }
    for (String text :
        List.of(
            bomb.toString(),
            "a: " + "[".repeat(100_000),
            "a: " + "{b: ".repeat(50_000),
            "a: " + "[".repeat(50_000) + "]".repeat(50_000),
            "- ".repeat(100_000),
            "a: \"" + "x".repeat(300_000) + "\"")) {
      Path file = file(text);
      assertThatThrownBy(() -> ServerConfig.read(file))
          .as(text.substring(0, 20))
          .isInstanceOf(ConfigException.class)
          .message()
          .hasSizeLessThan(2_000);
    }
  }

  @Test
  void aFileThatOthersCanWriteOrThatIsALinkIsRefused() throws IOException {
    Path file = file("http: {port: 1}\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
    assertThatThrownBy(() -> ServerConfig.read(file)).hasMessageContaining("chmod go-w");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), file);
    assertThatThrownBy(() -> ServerConfig.read(link)).hasMessageContaining("plain file");
  }
}
