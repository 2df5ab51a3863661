package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.contract.job.JobState.SUSPENDED;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;

/** A run with steps on several nodes stands still when all of them have said so. */
final class SuspendNodesStoriesTest {
  private static final QosName LOW = new QosName("low");
  private static final QosName URGENT = new QosName("urgent");
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");
  private static final NodeName N3 = new NodeName("n3");

  private SchedulerStory story;

  @BeforeEach
  void threeNodesWhereLowJobsAreSuspended() {
    story = SchedulerStory.site();
    PreemptRules rules = new PreemptRules(PreemptMode.SUSPEND, 0, 0);
    define(new QosDefined(LOW, "Low", 0, List.of(), rules));
    define(new QosDefined(URGENT, "Urgent", 10, List.of(LOW)));
    for (NodeName node : List.of(N1, N2, N3)) {
      story.says(facts(node.value(), "boot-1", 4, 4 * GIB).suspending());
    }
  }

  private void define(QosDefined qos) {
    story.does(new Input.DefineQos(OWNER, qos));
  }

  private static JobRequest.Builder wide(QosName qos, int nodes) {
    return script()
        .nodes(nodes)
        .tasks(nodes)
        .cpusPerTask(4)
        .memBytes(GIB)
        .limitMs(HOUR_MS)
        .qos(qos);
  }

  private void plansAll() {
    for (int i = 0; i < 10; i++) {
      story.plans();
    }
  }

  /** A low job on three nodes with a step on some of them besides that of its script. */
  private JobId wideWithStepsOn(NodeName... nodes) {
    JobId low = story.submits("liwei", wide(LOW, 3));
    plansAll();
    story.starts(low);
    step(low, nodes);
    return low;
  }

  private void step(JobId job, NodeName... nodes) {
    Input.StartStep step =
        new Input.StartStep(
            N1, story.job(job).uid(), story.run(job), "pi", nodes.length, List.of(nodes));
    assertThat(story.hears(step)).isInstanceOf(Reply.StepAccepted.class);
  }

  private Input.RunSuspended report(JobId job, NodeName node) {
    return new Input.RunSuspended(
        node,
        story.run(job),
        story.job(job).suspension().wanted(),
        story.nowMs,
        story.job(job).suspension().askedMs());
  }

  private void obeys(JobId job, NodeName node) {
    story.after(1_000).doesOneFact(report(job, node));
  }

  private Suspending desired(JobId job, NodeName node) {
    return story.desired(node.value()).stream()
        .filter(each -> each.run().equals(story.run(job)))
        .findFirst()
        .orElseThrow()
        .suspending();
  }

  private void restarts() {
    byte[] before = story.machine.digest();
    story.machine = SchedulerMachine.from(story.machine.image());
    assertThat(story.machine.digest()).isEqualTo(before);
  }

  private JobId urgent(int nodes) {
    JobId urgent = story.submits("liwei", wide(URGENT, nodes));
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    return urgent;
  }

  @Test
  void itsCoresAreAnothersAfterTheLastOfItsNodesHasStoppedAndItIsBilledForTheTimeItRan() {
    JobId low = wideWithStepsOn(N1, N2, N3);
    JobId urgent = urgent(3);
    for (NodeName node : List.of(N1, N2, N3)) {
      assertThat(desired(low, node)).isEqualTo(Suspending.SUSPEND);
    }
    obeys(low, N2);
    restarts();
    obeys(low, N1);
    plansAll();
    assertThat(story.state(low)).isEqualTo(RUNNING);
    assertThat(story.job(low).suspension().stoppedOn()).containsExactly(N1, N2);
    assertThat(story.state(urgent)).as("n3 has not said so").isEqualTo(PENDING);
    assertThat(ExplanationText.past(story.job(low), story.nowMs))
        .contains("It stands still on n1, n2, and other nodes");
    restarts();
    obeys(low, N3);
    long stoppedMs = story.nowMs;
    plansAll();
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
    story.after(60_000).exits(urgent, 0);
    plansAll();
    for (NodeName node : List.of(N1, N2, N3)) {
      assertThat(desired(low, node)).isEqualTo(Suspending.RESUME);
    }
    obeys(low, N3);
    assertThat(story.state(low)).as("something of it runs").isEqualTo(RUNNING);
    assertThat(story.job(low).suspendedMs(story.nowMs)).isEqualTo(story.nowMs - stoppedMs);
    story.doesWithoutFacts(report(low, N1));
    long suspendedMs = story.job(low).suspendedMs(story.nowMs);
    story.after(5_000);
    story.exits(low, 0);
    ends(low, N2);
    ends(low, N3);
    assertThat(story.state(low)).isEqualTo(COMPLETED);
    assertThat(story.job(low).suspension().unbilledMs(story.nowMs)).isEqualTo(suspendedMs);
  }

  private void ends(JobId job, NodeName node) {
    story.does(new Input.RunEnded(node, SchedulerStory.exit(story.run(job), 0, story.nowMs)));
  }

  @Test
  void nodesOnWhichNothingOfItLivesHaveNothingToSay() {
    JobId low = wideWithStepsOn(N1, N3);
    JobId urgent = urgent(2);
    assertThat(story.desired("n2")).isEmpty();
    obeys(low, N3);
    story.doesWithoutFacts(
        new Input.RunSuspended(
            N2, story.run(low), true, story.nowMs, story.job(low).suspension().askedMs()));
    obeys(low, N1);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
  }

  @Test
  void whatIsRepeatedOrAnswersAnEarlierWishSaysNothing() {
    JobId low = wideWithStepsOn(N1, N2);
    story.does(new Input.SuspendJob(user("admin1"), low));
    Input.RunSuspended first = report(low, N2);
    story.doesOneFact(first);
    story.doesWithoutFacts(first);
    story.after(1_000).does(new Input.ResumeJob(user("admin1"), low));
    story.after(1_000).does(new Input.SuspendJob(user("admin1"), low));
    assertThat(story.job(low).suspension().stoppedOn()).isEmpty();
    story.doesWithoutFacts(first);
    story.doesWithoutFacts(new Input.RunSuspended(N2, story.run(low), true, story.nowMs, 0));
    obeys(low, N1);
    assertThat(story.state(low)).isEqualTo(RUNNING);
    obeys(low, N2);
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
    story.does(new Input.ResumeJob(user("admin1"), low));
    obeys(low, N2);
    assertThat(story.state(low)).isEqualTo(RUNNING);
    story.does(new Input.CancelJob(user("liwei"), low));
    ends(low, N1);
    ends(low, N2);
    assertThat(story.state(low)).isEqualTo(CANCELLED);
  }

  @Test
  void aStepThatBeginsWhileTheRunIsToStopHasToStopAsWell() {
    JobId low = wideWithStepsOn(N1);
    JobId urgent = urgent(3);
    step(low, N2);
    assertThat(desired(low, N2)).isEqualTo(Suspending.SUSPEND);
    obeys(low, N1);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    obeys(low, N2);
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
    Reply refused =
        story.hears(
            new Input.StartStep(N1, story.job(low).uid(), story.run(low), "pi", 1, List.of(N3)));
    assertThat(refused).isInstanceOf(Reply.Rejected.class);
  }

  @Test
  void whenTheLastPartThatWasNotStoppedEndsTheRunStandsStill() {
    JobId low = wideWithStepsOn(N1, N2);
    JobId urgent = urgent(3);
    obeys(low, N1);
    story.after(500);
    ends(low, N2);
    assertThat(story.state(low)).isEqualTo(SUSPENDED);
    assertThat(story.log.getLast().event()).isInstanceOf(JobSuspended.class);
    assertThat(story.log.getLast().actor()).isEqualTo(Actor.node(N2));
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
  }

  @Test
  void whenItsScriptEndsWhileItIsToStopTheRunEnds() {
    JobId low = wideWithStepsOn(N1, N2);
    JobId urgent = urgent(3);
    obeys(low, N2);
    story.exits(low, 0);
    assertThat(story.state(low)).isEqualTo(RUNNING);
    assertThat(story.desired("n2").getFirst().stop()).isTrue();
    ends(low, N2);
    assertThat(story.state(low)).isEqualTo(COMPLETED);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
  }

  @Test
  void aNodeThatFallsSilentBeforeItHasStoppedKeepsTheCoresAndTheRunGoesOn() {
    JobId low = wideWithStepsOn(N1, N2);
    JobId urgent = urgent(3);
    obeys(low, N1);
    story.after(30_000).silent("n2");
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    assertThat(desired(low, N1)).as("nobody waits for a silent node").isEqualTo(Suspending.RESUME);
    assertThat(story.log.stream().filter(each -> each.event() instanceof RunPartSuspended))
        .hasSize(1);
    int before = story.log.size();
    story.after(60_000);
    plansAll();
    assertThat(story.log).as("and it is not asked to stop again").hasSize(before);
    story.says(facts("n2", "boot-1", 4, 4 * GIB).suspending());
    story.after(1_000);
    plansAll();
    assertThat(desired(low, N1)).isEqualTo(Suspending.SUSPEND);
    obeys(low, N2);
    obeys(low, N1);
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
  }

  @Test
  void aNodeThatStartsAnewEndsTheRunWhoseOtherPartsAreKilled() {
    JobId low = wideWithStepsOn(N1, N2);
    JobId urgent = urgent(3);
    obeys(low, N1);
    story.after(1_000).says(facts("n2", "boot-2", 4, 4 * GIB).suspending());
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    assertThat(story.desired("n1").getFirst().stop()).isTrue();
    story.does(
        new Input.RunEnded(
            N1,
            SchedulerStory.exit(story.run(low), RunExit.Kind.EXITED, 0, 9, story.nowMs, "killed")));
    plansAll();
    assertThat(story.state(urgent)).isEqualTo(RUNNING);
  }

  @Test
  void aRunWithANodeThatCannotSuspendIsLeftAlone() {
    story.says(facts("n3", "boot-1", 4, 4 * GIB));
    JobId low = wideWithStepsOn(N1);
    JobId urgent = urgent(1);
    assertThat(story.job(low).suspension()).isNull();
    assertThat(story.state(urgent)).isEqualTo(PENDING);
    assertThat(story.refuses(new Input.SuspendJob(user("admin1"), low)).message())
        .contains("node n3 cannot suspend runs");
  }
}
