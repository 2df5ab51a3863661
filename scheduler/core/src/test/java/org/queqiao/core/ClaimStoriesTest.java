package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.message.Input;

/** Several jobs for which runs were ended: each has the room that was made for it. */
final class ClaimStoriesTest {
  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void urgentJobsMayPushLowOnesAside() {
    PreemptRules rules = new PreemptRules(PreemptMode.REQUEUE, 60_000, 0);
    story.does(new Input.DefineQos(OWNER, new QosDefined(LOW, "Low", 0, List.of(), rules)));
    story.does(new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 10, List.of(LOW))));
  }

  private JobId submits(QosName qos, int nodes, int cores) {
    return story.submits("liwei", script().nodes(nodes).tasks(nodes).cpusPerTask(cores).qos(qos));
  }

  private void plansAll() {
    for (int i = 0; i < 10; i++) {
      story.plans();
    }
  }

  private void assertRunning(List<JobId> jobs) {
    assertThat(jobs).allMatch(each -> story.state(each) == JobState.RUNNING);
  }

  private void endTogether(List<JobId> runs) {
    assertThat(runs).allMatch(each -> story.state(each) == JobState.COMPLETING);
    story.after(60_000);
    runs.forEach(each -> story.exits(each, 0));
    plansAll();
  }

  @Test
  void theFirstDoesNotTakeTheOnlyNodesOfTheNextWhenBothCanStart() {
    story.node("n1", 5);
    story.node("n2", 6);
    List<JobId> low = List.of(submits(LOW, 1, 3), submits(LOW, 1, 3), submits(LOW, 1, 3));
    plansAll();
    assertRunning(low);
    JobId first = submits(URGENT, 1, 3);
    JobId wide = submits(URGENT, 2, 3);
    plansAll();
    endTogether(low);
    assertRunning(List.of(first, wide));
    assertThat(story.node(first).value()).isEqualTo("n2");
  }

  @Test
  void theFirstLeavesOutANodeWithoutWhichTheNextWouldNotFit() {
    story.node("n1", 4);
    story.node("n2", 3);
    story.node("n3", 5);
    story.node("n4", 2);
    List<JobId> low = List.of(submits(LOW, 1, 4), submits(LOW, 1, 3), submits(LOW, 1, 5));
    plansAll();
    assertRunning(low);
    JobId pair = submits(URGENT, 2, 3);
    plansAll();
    JobId three = submits(URGENT, 3, 2);
    plansAll();
    endTogether(low);
    assertRunning(List.of(pair, three));
    assertThat(story.job(pair).allocations())
        .extracting(each -> each.node().value())
        .containsExactly("n2", "n3");
  }
}
