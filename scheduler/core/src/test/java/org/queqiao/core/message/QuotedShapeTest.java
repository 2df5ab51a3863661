package org.queqiao.core.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a quote is for is kept in little room. */
final class QuotedShapeTest {
  private static QuotedShape placed(String placement) {
    return new QuotedShape(new TreeMap<>(Map.of("placement", placement, "nodes", "2")));
  }

  @Test
  void aLongPartIsKeptAsItsHashAndStillDiffers() {
    String nodes = "cn[1-9],".repeat(100_000);
    QuotedShape shape = placed(nodes);
    assertThat(shape.parts().get("placement")).hasSize(QuotedShape.MAX_PART_CHARACTERS);
    assertThat(shape.parts()).containsEntry("nodes", "2");
    assertThat(shape.differsIn(placed(nodes))).isEmpty();
    assertThat(shape.differsIn(placed(nodes + "x"))).contains("placement");
  }
}
