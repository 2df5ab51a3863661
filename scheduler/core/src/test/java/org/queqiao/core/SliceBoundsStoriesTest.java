package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.core.plan.SliceBounds;

/** A slice ends where its work is done, whatever the work was spent on. */
final class SliceBoundsStoriesTest {
  private static final int NODES = 60;
  private static final long STEPS = 100;
  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");

  private SchedulerStory story;

  private void site(long steps) {
    story = SchedulerStory.site(new SchedulerMachine(new SliceBounds(steps, 256))).inOrder();
    for (int i = 0; i < NODES; i++) {
      story.says(facts("n" + (100 + i), "boot-1", 2, 2 * GIB).suspending());
    }
  }

  private void urgentJobsPushAside(PreemptMode mode) {
    PreemptRules rules = new PreemptRules(mode, 0, 0);
    story.does(new Input.DefineQos(OWNER, new QosDefined(LOW, "Low", 0, List.of(), rules)));
    story.does(new Input.DefineQos(OWNER, new QosDefined(URGENT, "Urgent", 10, List.of(LOW))));
  }

  private static JobRequest.Builder request(QosName qos, int nodes) {
    return script().nodes(nodes).tasks(nodes).cpusPerTask(2).memBytes(GIB / 4).qos(qos);
  }

  private JobId submits(QosName qos, int nodes) {
    return story.submits("liwei", request(qos, nodes));
  }

  /** Plans until nothing more starts. */
  private void plansAll() {
    for (Reply reply = slice(); reply instanceof Reply.Planned(int _, boolean more) && more; ) {
      reply = slice();
    }
  }

  private Reply slice() {
    return story.hears(new Input.PlanPass());
  }

  private JobId runs(QosName qos, int nodes) {
    JobId job = submits(qos, nodes);
    plansAll();
    assertThat(story.state(job)).isEqualTo(JobState.RUNNING);
    story.starts(job);
    return job;
  }

  @Test
  void twoJobsThatAreEasilyPlacedStartInOneSlice() {
    site(STEPS);
    submits(null, 2);
    submits(null, 2);
    assertThat(slice()).isEqualTo(new Reply.Planned(2, false));
  }

  @Test
  void theSearchForALayoutCounts() {
    site(STEPS);
    JobPlacement row = JobPlacement.builder().contiguous(true).build();
    story.submits("liwei", request(null, 2).placement(row));
    submits(null, 2);
    assertThat(slice()).isEqualTo(new Reply.Planned(1, true));
    assertThat(slice()).isEqualTo(new Reply.Planned(1, false));
  }

  @Test
  void theChoiceOfNodesForThoseForWhomRoomWasMadeCounts() {
    site(STEPS);
    urgentJobsPushAside(PreemptMode.REQUEUE);
    List<JobId> low = List.of(runs(LOW, NODES / 2), runs(LOW, NODES / 2));
    submits(URGENT, NODES / 2);
    submits(URGENT, NODES / 2);
    plansAll();
    assertThat(low).allMatch(each -> story.state(each) == JobState.COMPLETING);
    story.after(60_000);
    low.forEach(each -> story.exits(each, 0));
    assertThat(slice()).isEqualTo(new Reply.Planned(0, true));
    assertThat(slice()).isEqualTo(new Reply.Planned(0, true));
    assertThat(slice()).isEqualTo(new Reply.Planned(2, false));
  }

  /** No core is free, so nothing but the search for runs can end a slice. */
  @Test
  void theSearchForRunsToPushAsideCounts() {
    site(STEPS);
    urgentJobsPushAside(PreemptMode.REQUEUE);
    List<JobId> low = List.of(runs(LOW, NODES / 2), runs(LOW, NODES / 2));
    JobId first = submits(URGENT, NODES / 3);
    submits(URGENT, NODES / 3);
    assertThat(slice()).isEqualTo(new Reply.Planned(0, true));
    assertThat(low).allMatch(each -> story.state(each) == JobState.RUNNING);
    // What comes meanwhile changes nothing, an end does: then it is looked for anew.
    submits(null, 1);
    story.exits(low.getFirst(), 0);
    plansAll();
    plansAll();
    assertThat(story.state(first)).isEqualTo(JobState.RUNNING);
    assertThat(story.state(low.getLast())).isEqualTo(JobState.COMPLETING);
  }

  @Test
  void theChoiceOfWhoGetsCoresOfStoppedRunsCounts() {
    site(4 * STEPS);
    urgentJobsPushAside(PreemptMode.SUSPEND);
    JobId low = runs(LOW, NODES);
    JobId urgent = submits(URGENT, NODES / 2);
    plansAll();
    story.after(1);
    long askedMs = story.job(low).suspension().askedMs();
    story.does(new Input.RunSuspended(story.node(low), story.run(low), true, story.nowMs, askedMs));
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    JobId large = submits(URGENT, NODES);
    plansAll();
    assertThat(story.state(large)).isEqualTo(JobState.PENDING);
    story.says(facts("n900", "boot-1", 2, 2 * GIB));
    story.says(facts("n901", "boot-1", 2, 2 * GIB));
    submits(null, 1);
    submits(null, 1);
    // One job is looked at, which is the large one.
    assertThat(slice()).isEqualTo(new Reply.Planned(0, true));
    plansAll();
    assertThat(story.machine.state().pendingJobs()).isEqualTo(1);
  }

  /** What comes for the tasks of an array before a job is kept for one after the other. */
  @Test
  void eachTaskThatIsBeforeWhoGetsCoresOfStoppedRunsCounts() {
    site(STEPS);
    urgentJobsPushAside(PreemptMode.SUSPEND);
    runs(LOW, NODES / 2);
    JobId second = runs(LOW, NODES / 2);
    int tasks = NODES / 3;
    JobPlacement onFirst = JobPlacement.builder().excludeNodes("n[130-159]").build();
    story.submits("liwei", request(URGENT, 1).placement(onFirst).array("1-" + tasks));
    plansAll();
    JobPlacement onSecond = JobPlacement.builder().nodeList("n[130-159]").build();
    JobId urgent = story.submits("liwei", request(URGENT, NODES / 2).placement(onSecond));
    plansAll();
    story.after(1);
    long askedMs = story.job(second).suspension().askedMs();
    story.does(
        new Input.RunSuspended(story.node(second), story.run(second), true, story.nowMs, askedMs));
    int slices = 0;
    while (story.state(urgent) == JobState.PENDING && slices < 10 * tasks) {
      slice();
      slices++;
    }
    assertThat(story.state(urgent)).isEqualTo(JobState.RUNNING);
    assertThat(slices).as("slices until it starts").isGreaterThan(tasks / 2);
  }
}
