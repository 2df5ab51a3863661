package org.queqiao.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The measure of the books asks what it always asks, however few runs there are. */
class AccountingBenchTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 150})
  void fewRunsAreMeasuredToTheEnd(int runs) throws Exception {
    Report report = new Report("accounting");

    AccountingBench.run(runs, report);

    String json = report.json();
    assertThat(json).contains("\"runs\":" + runs + ",").contains("\"verifyProblems\":0,");
    // A statement of that month is asked for the runs behind its lines, also where most have none.
    assertThat(json).containsPattern("\"drilldownPostings\":[1-9]");
    assertThat(json).containsPattern("\"drilldownRareRuns\":[1-9]");
    assertThat(json).containsPattern("\"archivedDrilldownPostings\":[1-9]");
  }
}
