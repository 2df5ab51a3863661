package org.queqiao.accounting.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.imports.TopUpFile.NotTopUps;

/** Lines of top-ups are taken exactly or put aside. */
final class TopUpFileTest {
  private static TopUpFile read(String body) throws NotTopUps {
    return TopUpFile.read((TopUpFile.HEAD + "\n" + body).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aLineIsTakenAsItStands() throws Exception {
    TopUpFile file = read("inv-1,climate,1234.50,CNY,\"grant, \"\"new\"\" 拨款\"\r\n");
    assertThat(file.quarantined()).isEmpty();
    assertThat(file.lines())
        .containsExactly(
            new TopUpLine(2, "inv-1", "climate", 1_234_500_000L, "CNY", "grant, \"new\" 拨款"));
    assertThat(file.lines().getFirst().marked()).isEqualTo("[inv-1] grant, \"new\" 拨款");
    assertThat(TopUpFile.read(("\uFEFF" + TopUpFile.HEAD).getBytes(StandardCharsets.UTF_8)).lines())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "inv-1,climate,1,CNY",
        "inv-1,climate,1,CNY,a,b",
        "inv-1,climate,-1,CNY,a",
        "inv-1,climate,0.000000,CNY,a",
        "inv-1,climate,0.0000001,CNY,a",
        "inv-1,climate,1e3,CNY,a",
        "inv-1,climate,1234567890123,CNY,a",
        "inv-1,climate, 1,CNY,a",
        "inv-1,climate,1.,CNY,a",
        "inv-1,climate,١,CNY,a",
        "inv-1,Climate,1,CNY,a",
        "inv-1,climate,1,yuan,a",
        "inv 1,climate,1,CNY,a",
        "=1,climate,1,CNY,a",
        ",climate,1,CNY,a",
        "inv-1,climate,1,CNY,",
        "inv-1,climate,1,CNY,\"a",
        "inv-1,climate,1,CNY,\"a\"b",
        "inv-1,climate,1,CNY,a\"b",
        "inv-1,climate,1,CNY,a\tb",
      })
  void aBadLineIsPutAsideWithItsNumberAndTheOthersAreTaken(String bad) throws Exception {
    TopUpFile file = read("good-1,climate,1,CNY,a\n" + bad + "\ngood-2,climate,2,CNY,a\n");
    assertThat(file.lines()).extracting(TopUpLine::reference).containsExactly("good-1", "good-2");
    assertThat(file.quarantined()).extracting(Quarantined::line).containsExactly(3);
    assertThat(file.quarantined().getFirst().reason()).isNotBlank();
  }

  @Test
  void aFileThatIsNoneOfTopUpsIsRefused() {
    assertThatThrownBy(() -> TopUpFile.read(new byte[0])).isInstanceOf(NotTopUps.class);
    assertThatThrownBy(() -> TopUpFile.read(new byte[] {(byte) 0xff, 0}))
        .hasMessage("the file is not UTF-8");
    assertThatThrownBy(() -> read("x\n".repeat(TopUpFile.MOST_LINES + 1)))
        .hasMessage("the file has 2001 lines: at most 2000 at a time");
  }
}
