package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Rejection;

/** What is no array: the answer says what is wrong and at which character, or names the bound. */
final class ArrayRejectionsTest {
  private static final SchedulerStory STORY = SchedulerStory.site();

  @TestFactory
  Stream<DynamicTest> s11WrongArraysAreRefusedWithTheirPlaceOrBound() {
    Map<String, String> rows = new TreeMap<>();
    rows.put("", "has the end, where an index belongs (character 1)");
    rows.put("1-", "has the end, where an index belongs (character 3)");
    rows.put("1,,2", "has ',', where an index belongs (character 3)");
    rows.put("1-5:", "has the end, where a step belongs (character 5)");
    rows.put("1-5:0", "has a step of 0 (character 5)");
    rows.put("3,9-5", "has a range that ends before it begins: 9-5 (character 3)");
    rows.put("-3", "has '-', where an index belongs (character 1)");
    rows.put("1 2", "has ' ', where a comma, a percent sign or the end belongs (character 2)");
    rows.put("1:2", "has ':', where a comma, a percent sign or the end belongs (character 2)");
    rows.put("0-9%", "has the end, where a throttle belongs (character 5)");
    rows.put("0-9%0", "has a throttle of 0, under which no task would ever run");
    rows.put("0-9%2,4", "has ',', where a comma, a percent sign or the end belongs (character 6)");
    rows.put("٣", "where an index belongs (character 1)");
    rows.put("4000001", "has an index above 4000000, the most that is taken here (character 1)");
    rows.put("0-1000000000", "has an index above 4000000, the most that is taken here");
    rows.put("7-99999999999999999999", "has an index above 4000000");
    rows.put("0-1000000", "has 1000001 tasks: an array has at most 1000000");
    rows.put("0-3999999:3,1-3999999:3", "has 2666667 tasks: an array has at most 1000000");
    rows.put("0-4000000,0-4000000,0-1", "has more than 8000000 indices");
    rows.put("0-400000:13,1-400000:17", "falls into ");
    rows.put(
        IntStream.range(0, 13_000).mapToObj(Integer::toString).collect(Collectors.joining(",")),
        "has more than 65536 characters");
    return rows.entrySet().stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.getKey().length() > 40 ? "a long list" : "array \"" + row.getKey() + "\"",
                () -> refused(row.getKey(), row.getValue())));
  }

  private static void refused(String array, String words) {
    Rejection rejection = STORY.refuses(submission("liwei", script().array(array)));
    assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).isEqualTo("array");
    assertThat(rejection.message()).startsWith("the array ").contains(words);
  }

  @Test
  void rightOnesAreKeptInRisingOrderAndEachIndexOnce() {
    Map<String, String> rows =
        Map.of(
            "7", "7",
            "0-9", "0-9",
            "9,0-8", "0-9",
            "1,3,5-20:2%4", "1,3,5-19:2%4",
            "10-12,11-14,3", "3,10-14",
            "0-10:2,1-11:2", "0-11",
            "0-999999%1000000", "0-999999%1000000");
    rows.forEach((text, kept) -> {
      JobId id = STORY.submits("liwei", script().array(text));
      assertThat(STORY.job(id).spec().array()).hasToString(kept);
    });
  }
}
