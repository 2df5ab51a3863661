package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.plan.SliceBounds;

/** Who starts, where, and why the others wait. */
final class QueueStoriesTest {
  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @Test
  void onlyWhatDoesNotDelayTheHeadStartsBeforeIt() {
    story.node("n1", 4);
    story.submits("liwei", script().cpusPerTask(3));
    story.plans();
    JobId head = story.submits("liwei", script().cpusPerTask(4));
    JobId behind = story.submits("liwei", script().limitMs(2 * SchedulerStory.HOUR_MS));
    assertThat(story.plans()).isZero();
    JobId debug = story.submits("chenjie", script().partition(SchedulerStory.DEBUG));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(debug)).isEqualTo(RUNNING);
    assertThat(story.state(behind)).isEqualTo(PENDING);
    assertThat(reason(head)).isEqualTo(PendingReason.RESOURCES);
    assertThat(reason(behind)).isEqualTo(PendingReason.PRIORITY);
  }

  private PendingReason reason(JobId job) {
    return story.machine.state().pendingReason(job);
  }

  @Test
  void jobsStartInTheOrderOfTheirNumbersOverAllPartitions() {
    story.node("n1", 3);
    JobId first = story.submits("liwei", script().partition(SchedulerStory.DEBUG));
    JobId second = story.submits("liwei");
    JobId third = story.submits("liwei", script().partition(SchedulerStory.DEBUG));
    JobId fourth = story.submits("liwei");
    assertThat(story.plans()).isEqualTo(3);
    assertThat(List.of(first, second, third))
        .allSatisfy(job -> assertThat(story.state(job)).isEqualTo(RUNNING));
    assertThat(story.state(fourth)).isEqualTo(PENDING);
    assertThat(story.job(first).allocations().getFirst().cores()).containsExactly(0);
    assertThat(story.job(third).allocations().getFirst().cores()).containsExactly(2);
  }

  @Test
  void cancellingTheHeadLetsTheNextOneIn() {
    story.node("n1", 2);
    JobId running = story.submits("liwei");
    story.plans();
    JobId head = story.submits("liwei", script().cpusPerTask(2));
    JobId next = story.submits("liwei", script().limitMs(2 * SchedulerStory.HOUR_MS));
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().planningDue()).isFalse();
    story.does(new Input.CancelJob(user("liwei"), head));
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
    assertThat(story.state(running)).isEqualTo(RUNNING);
  }

  @Test
  void holdingTheHeadLetsTheNextOneIn() {
    story.node("n1", 2);
    story.submits("liwei");
    story.plans();
    JobId head = story.submits("liwei", script().cpusPerTask(2));
    JobId next = story.submits("liwei", script().limitMs(2 * SchedulerStory.HOUR_MS));
    assertThat(story.plans()).isZero();
    story.does(new Input.HoldJob(user("liwei"), head));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
    assertThat(reason(head)).isEqualTo(PendingReason.JOB_HELD_USER);
    story.does(new Input.HoldJob(user("admin1"), head));
    assertThat(reason(head)).isEqualTo(PendingReason.JOB_HELD_ADMIN);
  }

  @Test
  void releasingAJobIsAChanceForIt() {
    story.node("n1", 2);
    story.submits("liwei");
    story.plans();
    story.submits("liwei", script().cpusPerTask(2));
    JobId held = story.submits("liwei", script().partition(SchedulerStory.DEBUG).hold(true));
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().planningDue()).isFalse();
    story.does(new Input.ReleaseJob(user("liwei"), held));
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(held)).isEqualTo(RUNNING);
  }

  @Test
  void aSubmissionIsLookedAtOnce() {
    story.node("n1", 1);
    story.submits("liwei");
    story.plans();
    story.submits("liwei");
    assertThat(story.plans()).isZero();
    story.submits("liwei");
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isZero();
    assertThat(story.machine.state().planningDue()).isFalse();
  }

  @Test
  void memoryLimitsAsCoresDo() {
    story.node("n1", 4);
    story.submits("liwei", script().memBytes(3 * GIB));
    assertThat(story.plans()).isEqualTo(1);
    JobId large = story.submits("liwei", script().memBytes(2 * GIB));
    assertThat(story.plans()).isZero();
    assertThat(reason(large)).isEqualTo(PendingReason.RESOURCES);
    story.does(new Input.CancelJob(user("liwei"), large));
    JobId small = story.submits("liwei", script().memBytes(GIB));
    story.plans();
    assertThat(story.state(small)).isEqualTo(RUNNING);
  }

  @Test
  void aJobWithoutMemoryGetsTheNodesShareForEachCore() {
    story.says(facts("n1", "boot-1", 3, 10));
    JobId job = story.submits("liwei", script().cpusPerTask(2));
    story.plans();
    assertThat(story.job(job).allocations().getFirst().memBytes()).isEqualTo(6);
  }

  @Test
  void firstFitTakesTheFirstNodesByName() {
    story.node("n3", 2);
    story.node("n1", 1);
    story.node("n2", 2);
    JobId job = story.submits("liwei", script().cpusPerTask(2));
    story.plans();
    assertThat(story.node(job)).isEqualTo(new NodeName("n2"));
  }

  @Test
  void aJobOverSeveralNodesSpreadsItsTasksEvenly() {
    story.node("n1", 1);
    story.node("n2", 2);
    story.node("n3", 4);
    JobId job = story.submits("liwei", script().nodes(3).tasks(4));
    story.plans();
    List<Allocation> allocations = story.job(job).allocations();
    assertThat(allocations.stream().map(each -> each.node().value()))
        .containsExactly("n2", "n1", "n3");
    assertThat(allocations.stream().map(each -> each.cores().size())).containsExactly(2, 1, 1);
    assertThat(story.desired("n2")).hasSize(1);
    assertThat(story.desired("n1")).as("the script runs on the first node only").isEmpty();
    story.after(5).exits(job, 0);
    JobId all = story.submits("liwei", script().cpusPerTask(4));
    story.plans();
    assertThat(story.node(all)).isEqualTo(new NodeName("n3"));
  }

  @Test
  void devicesAreChosenByModelAndNeverTwice() {
    story.says(
        facts(
            "n1",
            "boot-1",
            8,
            8 * GIB,
            List.of(
                new NodeFacts.GresInventory("gpu", "a100", 2),
                new NodeFacts.GresInventory("gpu", "v100", 2))));
    JobId one = gpuJob(new GresRequest("gpu", "a100", 1));
    JobId any = gpuJob(new GresRequest("gpu", "", 2));
    JobId mixed = gpuJob(new GresRequest("gpu", "", 1));
    JobId waits = gpuJob(new GresRequest("gpu", "v100", 1));
    assertThat(story.plans()).isEqualTo(3);
    assertThat(gres(one)).containsExactly(new Allocation.GresDevices("gpu", "a100", List.of(0)));
    assertThat(gres(any))
        .as("one model when that has enough")
        .containsExactly(new Allocation.GresDevices("gpu", "v100", List.of(0, 1)));
    assertThat(gres(mixed)).containsExactly(new Allocation.GresDevices("gpu", "a100", List.of(1)));
    assertThat(story.state(waits)).isEqualTo(PENDING);
    story.after(1).exits(any, 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(gres(waits)).containsExactly(new Allocation.GresDevices("gpu", "v100", List.of(0)));
  }

  @Test
  void severalModelsServeARequestForAny() {
    story.says(
        facts(
            "n1",
            "boot-1",
            4,
            4 * GIB,
            List.of(
                new NodeFacts.GresInventory("gpu", "a100", 1),
                new NodeFacts.GresInventory("gpu", "v100", 1))));
    JobId job = gpuJob(new GresRequest("gpu", "", 2));
    story.plans();
    assertThat(gres(job))
        .containsExactly(
            new Allocation.GresDevices("gpu", "a100", List.of(0)),
            new Allocation.GresDevices("gpu", "v100", List.of(0)));
  }

  @Test
  void afterARestartDevicesOfWhateverModelComeBackAsTheModelTheyAre() {
    story.says(
        facts("n1", "boot-1", 4, 4 * GIB, List.of(new NodeFacts.GresInventory("gpu", "a100", 1))));
    JobId any = gpuJob(new GresRequest("gpu", "", 1));
    assertThat(story.plans()).isEqualTo(1);
    story.machine = SchedulerMachine.from(story.machine.image());
    JobId other = story.submits("liwei");
    assertThat(story.plans()).as("a pass of the new machine").isEqualTo(1);
    JobId named = gpuJob(new GresRequest("gpu", "a100", 1));
    assertThat(story.plans()).isZero();
    story.after(1).exits(any, 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(gres(named)).containsExactly(new Allocation.GresDevices("gpu", "a100", List.of(0)));
    assertThat(story.state(other)).isEqualTo(RUNNING);
  }

  private JobId gpuJob(GresRequest request) {
    return story.submits("liwei", script().gres(List.of(request)));
  }

  private List<Allocation.GresDevices> gres(JobId job) {
    return story.job(job).allocations().getFirst().gres();
  }

  @Test
  void withoutNodesAJobWaitsForThem() {
    JobId job = story.submits("liwei", script().cpusPerTask(64));
    assertThat(story.plans()).isZero();
    assertThat(reason(job)).isEqualTo(PendingReason.NODE_DOWN);
    story.node("n1", 64);
    assertThat(reason(job)).isEqualTo(PendingReason.NONE);
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aDrainedNodeGetsNothingNewAndKeepsWhatRuns() {
    story.node("n1", 2);
    JobId runs = story.submits("liwei");
    story.plans();
    NodeName n1 = new NodeName("n1");
    story.does(new Input.DrainNode(user("admin1"), n1, "fan"));
    story.doesWithoutFacts(new Input.DrainNode(user("admin1"), n1, "fan"));
    JobId waits = story.submits("liwei");
    assertThat(story.plans()).isZero();
    assertThat(reason(waits)).isEqualTo(PendingReason.NODE_DOWN);
    assertThat(story.state(runs)).isEqualTo(RUNNING);
    story.does(new Input.ResumeNode(user("admin1"), n1));
    story.doesWithoutFacts(new Input.ResumeNode(user("admin1"), n1));
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void onePassIsBoundedAndSaysThatThereIsMore() {
    int jobs = SliceBounds.LIVE.starts() + 10;
    story.withoutChecks().node("n1", jobs);
    for (int i = 0; i < jobs; i++) {
      story.submits("liwei");
    }
    assertThat(story.hears(new Input.PlanPass()))
        .isEqualTo(new Reply.Planned(SliceBounds.LIVE.starts(), true));
    assertThat(story.hears(new Input.PlanPass())).isEqualTo(new Reply.Planned(10, false));
    assertThat(story.machine.state().runningJobs()).isEqualTo(jobs);
  }

  /** In processor time: scans of the whole queue at each step would take minutes of it. */
  @Test
  void aLongQueueBehindAFullMachineCostsNothing() {
    story.withoutChecks().node("n1", 64);
    List<JobId> jobs = new ArrayList<>();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long begin = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < 100_000; i++) {
      jobs.add(story.submits("liwei"));
      story.plans();
      story.ticks();
    }
    assertThat(story.machine.state().pendingJobs()).isEqualTo(100_000 - 64);
    for (int i = 0; i < 20_000; i++) {
      story.after(1);
      JobId job = jobs.get(i);
      story.does(new Input.RunEnded(new NodeName("n1"), exit(story.run(job), 0, story.nowMs)));
      assertThat(story.plans()).isEqualTo(1);
      story.ticks();
    }
    long seconds = (threads.getCurrentThreadCpuTime() - begin) / 1_000_000_000;
    assertThat(seconds).isLessThan(20);
  }
}
