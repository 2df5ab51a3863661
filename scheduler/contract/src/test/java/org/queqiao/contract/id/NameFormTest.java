package org.queqiao.contract.id;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Names are what their stated form says. */
final class NameFormTest {
  private static final String CHARACTERS = "azAZ09_.-m5M/ \n\u00e9\u0660`{@[:,";

  private static final Map<Pattern, Function<String, Object>> KINDS =
      Map.of(
          UserName.FORM, UserName::new,
          ProjectName.FORM, ProjectName::new,
          QosName.FORM, QosName::new,
          PartitionName.FORM, PartitionName::new,
          NodeName.FORM, NodeName::new);

  private static boolean isTaken(Function<String, Object> name, String value) {
    try {
      return name.apply(value) != null;
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  @Test
  void aNameIsTakenWhereItsFormMatches() {
    Random random = new Random(3);
    int[] taken = new int[2];
    for (int i = 0; i < 40_000; i++) {
      int good = random.nextInt(3) == 0 ? CHARACTERS.length() : 9;
      int length = random.nextInt(8) == 0 ? 30 + random.nextInt(37) : random.nextInt(6);
      StringBuilder text = new StringBuilder();
      for (int at = 0; at < length; at++) {
        text.append(CHARACTERS.charAt(random.nextInt(good)));
      }
      String value = text.toString();
      KINDS.forEach((form, name) -> {
        boolean matches = form.matcher(value).matches();
        taken[matches ? 1 : 0]++;
        assertThat(isTaken(name, value)).as("%s and [%s]", form, value).isEqualTo(matches);
      });
    }
    assertThat(taken[0]).isGreaterThan(10_000);
    assertThat(taken[1]).isGreaterThan(10_000);
    KINDS.values().forEach(name -> assertThat(isTaken(name, null)).isFalse());
  }
}
