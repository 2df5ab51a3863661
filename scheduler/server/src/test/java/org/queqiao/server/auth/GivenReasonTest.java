package org.queqiao.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Text in a header. */
final class GivenReasonTest {
  @Test
  void whateverIsWrittenWithPercentSignsIsReadAsItWas() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder();
      for (int each = random.nextInt(40); each > 0; each--) {
        int point = random.nextInt(4) == 0 ? random.nextInt(0x110000) : random.nextInt(0x7f);
        text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? '%' : point);
      }
      String encoded =
          URLEncoder.encode(text.toString(), StandardCharsets.UTF_8).replace("+", "%20");
      assertThat(GivenReason.decoded(encoded)).isEqualTo(text.toString());
    }
    assertThat(GivenReason.decoded("plain words + signs")).isEqualTo("plain words + signs");
  }

  @Test
  void whatIsNotWrittenSoIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> GivenReason.decoded("ab%4"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("index 2");
    assertThatThrownBy(() -> GivenReason.decoded("é"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not ASCII at index 0");
    assertThatThrownBy(() -> GivenReason.decoded("%C3%28"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not UTF-8");
  }
}
