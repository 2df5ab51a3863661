package org.queqiao.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.snapshot.StepImage;
import org.queqiao.contract.snapshot.StepsImage;

/** What is kept of the steps of jobs that hold nothing has a bound in nodes too. */
final class StepTableTest {
  private static final int NODES = 10_000;

  private static StepsImage ofJob(int number) {
    List<NodeName> nodes = Collections.nCopies(NODES, new NodeName("n1"));
    StepImage step = new StepImage(1, 0, "wide", NODES, nodes, 1, 2, 0);
    return StepsImage.first(new RunId(new JobId(number), 1), List.of(step));
  }

  @Test
  void theStepsOfTheLowestNumbersGoFirst() {
    StepTable table = new StepTable();
    int most = (int) (StepTable.PAST_NODES_MAX / NODES);
    for (int i = 1; i <= most + 3; i++) {
      table.putPast(ofJob(i));
    }
    assertThat(table.images()).hasSize(most);
    assertThat(table.images().getFirst().run().job()).isEqualTo(new JobId(4));
  }

  @Test
  void whatAnImageHasIsRestoredWhole() {
    StepTable table = new StepTable();
    int most = (int) (StepTable.PAST_NODES_MAX / NODES);
    for (int i = 1; i <= most + 3; i++) {
      table.restorePast(ofJob(i));
    }
    assertThat(table.images()).hasSize(most + 3);
    table.putPast(ofJob(most + 4));
    assertThat(table.images()).hasSize(most);
  }
}
