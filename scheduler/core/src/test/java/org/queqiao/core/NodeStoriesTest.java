package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.CANCELLED;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.NODE_FAIL;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.NodeFenced;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeState;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.TermsRequest;

/** Nodes that come, fall silent, start anew, are fenced, and change what they offer. */
final class NodeStoriesTest {
  private static final NodeName N1 = new NodeName("n1");

  private final SchedulerStory story = SchedulerStory.site();

  private static JobRequest.Builder once() {
    return script().terms(TermsRequest.NONE.withRequeue(false));
  }

  private JobId runningOn(String node, int cores) {
    story.node(node, cores);
    JobId job = story.submits("liwei", once().cpusPerTask(cores));
    story.plans();
    story.starts(job);
    return job;
  }

  @Test
  void aNewNodeIsRegisteredAndUp() {
    story.node("n1", 4);
    assertThat(story.machine.state().node(N1).orElseThrow().state()).isEqualTo(NodeState.UP);
    assertThat(story.machine.state().nodeNames()).containsExactly(N1);
  }

  @Test
  void anAgentThatReconnectsChangesNothing() {
    JobId job = runningOn("n1", 4);
    story.doesWithoutFacts(
        new Input.RegisterNode(
            facts("n1", "boot-1", 4, 4 * GIB), List.of(story.run(job)), List.of()));
  }

  @Test
  void silenceEndsNothingAndGivesNothingAway() {
    JobId job = runningOn("n1", 2);
    JobId next = story.submits("liwei", script().cpusPerTask(2));
    story.after(60_000).silent("n1");
    story.doesWithoutFacts(new Input.NodeSilent(N1, story.nowMs, "still silent"));
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.plans()).isZero();
    story.says(facts("n1", "boot-1", 2, 2 * GIB));
    assertThat(story.machine.state().node(N1).orElseThrow().state()).isEqualTo(NodeState.UP);
    assertThat(story.machine.state().node(N1).orElseThrow().lastSeenMs()).isZero();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.plans()).isZero();
    story.after(10).exits(job, 0);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
  }

  @Test
  void theHelloBringsExitsThatWereNotAcknowledged() {
    JobId job = runningOn("n1", 2);
    story.silent("n1");
    story.after(5000);
    long endMs = story.nowMs - 1000;
    Input hello =
        new Input.RegisterNode(
            facts("n1", "boot-1", 2, 2 * GIB),
            List.of(),
            List.of(exit(story.run(job), 0, endMs), exit(story.run(job), 7, endMs)));
    story.does(hello);
    assertThat(story.state(job)).isEqualTo(COMPLETED);
    assertThat(story.job(job).endMs()).isEqualTo(endMs);
    story.doesWithoutFacts(hello);
  }

  @Test
  void aRunThatIsMissingFromTheHelloIsTheAgentsToResolve() {
    JobId job = runningOn("n1", 2);
    story.doesWithoutFacts(
        new Input.RegisterNode(facts("n1", "boot-1", 2, 2 * GIB), List.of(), List.of()));
    assertThat(story.state(job)).isEqualTo(RUNNING);
  }

  @Test
  void aNewBootEndsWhatRanBeforeAtTheLastLifeSign() {
    JobId job = runningOn("n1", 2);
    story.after(1000);
    long lastSeenMs = story.nowMs;
    story.after(60_000).does(new Input.NodeSilent(N1, lastSeenMs, "silent"));
    story.after(3_600_000 * 2).says(facts("n1", "boot-2", 2, 2 * GIB));
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
    assertThat(story.job(job).endMs()).isEqualTo(lastSeenMs);
    assertThat(story.job(job).finishedMs()).isEqualTo(story.nowMs);
    story.after(1).ticks();
    story.submits("liwei");
    assertThat(story.machine.state().job(job))
        .as("known for a while after it is known")
        .isPresent();
    assertThat(story.desired("n1")).isEmpty();
    assertThat(story.plans()).isEqualTo(1);
  }

  @Test
  void aNewBootOfANodeThatWasNotMissedEndsItsRunsNow() {
    JobId job = runningOn("n1", 2);
    story.after(5000).says(facts("n1", "boot-2", 2, 2 * GIB));
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
    assertThat(story.job(job).endMs()).isEqualTo(story.nowMs);
    assertThat(story.log.getLast().event()).isEqualTo(new NodeUp(N1, "boot-2"));
  }

  @Test
  void anExitThatWasRecordedBeforeTheNewBootCounts() {
    JobId job = runningOn("n1", 2);
    story.after(5000);
    story.does(
        new Input.RegisterNode(
            facts("n1", "boot-2", 2, 2 * GIB),
            List.of(),
            List.of(exit(story.run(job), 0, story.nowMs - 10))));
    assertThat(story.state(job)).isEqualTo(COMPLETED);
  }

  @Test
  void aCancelledRunStaysCancelledWhenItsNodeStartsAnew() {
    JobId job = runningOn("n1", 2);
    story.does(new Input.CancelJob(user("liwei"), job));
    story.after(10).says(facts("n1", "boot-2", 2, 2 * GIB));
    assertThat(story.state(job)).isEqualTo(CANCELLED);
  }

  @Test
  void aLifeSignBeforeTheStartEndsTheRunAtItsStart() {
    story.node("n1", 1);
    long lastSeenMs = story.nowMs;
    story.after(500);
    JobId job = story.submits("liwei", once());
    story.plans();
    long startMs = story.nowMs;
    story.after(60_000).does(new Input.NodeSilent(N1, lastSeenMs, "silent"));
    story.says(facts("n1", "boot-2", 1, GIB));
    assertThat(story.job(job).endMs()).isEqualTo(startMs);
  }

  @Test
  void aFenceFreesWhatASilentNodeHeld() {
    JobId job = runningOn("n1", 2);
    story.node("n2", 1);
    assertThat(story.refuses(new Input.FenceNode(user("admin1"), N1, "burnt")).code())
        .as("a node that is up may run jobs")
        .isEqualTo(Rejection.Code.CONFLICT);
    long lastSeenMs = story.nowMs;
    story.after(60_000).does(new Input.NodeSilent(N1, lastSeenMs, "silent"));
    story.does(new Input.FenceNode(user("admin1"), N1, "burnt"));
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
    assertThat(story.job(job).endMs()).isEqualTo(lastSeenMs);
    assertThat(story.log.get(story.log.size() - 2).event()).isInstanceOf(NodeFenced.class);
    assertThat(story.log.get(story.log.size() - 2).actor()).isEqualTo(user("admin1"));
    assertThat(story.desired("n1")).isEmpty();
  }

  @Test
  void losingAnotherNodeOfAJobAsksItsScriptToEnd() {
    story.node("n1", 2);
    story.node("n2", 2);
    JobId job = story.submits("liwei", once().nodes(2).cpusPerTask(2));
    story.plans();
    JobId next = story.submits("liwei");
    story.after(100).says(facts("n2", "boot-2", 2, 2 * GIB));
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertThat(story.desired("n1").getFirst().stop()).isTrue();
    assertThat(story.plans()).as("its cores are held until it is gone").isZero();
    story.after(100).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(next)).isEqualTo(RUNNING);
  }

  @Test
  void fencingAnotherNodeOfAJobAsksItsScriptToEnd() {
    story.node("n1", 1);
    story.node("n2", 1);
    JobId job = story.submits("liwei", once().nodes(2));
    story.plans();
    story.silent("n2");
    story.does(new Input.FenceNode(user("admin1"), new NodeName("n2"), "burnt"));
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    story.does(new Input.FenceNode(user("admin1"), new NodeName("n2"), "burnt"));
    story.after(5).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
  }

  @Test
  void aNodeMayGrow() {
    story.node("n1", 2);
    story.says(facts("n1", "boot-1", 4, 4 * GIB));
    JobId job = story.submits("liwei", script().cpusPerTask(4));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.job(job).allocations().getFirst().cores()).hasSize(4);
  }

  @Test
  void aNodeMayNotShrinkBelowItsRuns() {
    JobId job = runningOn("n1", 4);
    NodeFacts smaller = facts("n1", "boot-1", 2, 4 * GIB);
    Rejection refusal =
        story.refuses(new Input.RegisterNode(smaller, List.of(story.run(job)), List.of()));
    assertThat(refusal.code()).isEqualTo(Rejection.Code.CONFLICT);
    story
        .after(10)
        .does(
            new Input.RegisterNode(
                smaller, List.of(), List.of(exit(story.run(job), 0, story.nowMs))));
    assertThat(story.state(job)).isEqualTo(COMPLETED);
    assertThat(story.machine.state().node(N1).orElseThrow().facts()).isEqualTo(smaller);
  }

  @Test
  void devicesGetTheirModelOnceNothingHoldsThemWithoutOne() {
    NodeFacts plain = gpus("", 2);
    NodeFacts named = gpus("amd", 2);
    story.says(plain);
    JobId job = story.submits("liwei", script().gres(List.of(new GresRequest("gpu", "", 1))));
    story.plans();
    List<RunId> running = List.of(story.run(job));
    story.doesWithoutFacts(new Input.RegisterNode(named, running, List.of()));
    assertThat(story.state(job)).isEqualTo(RUNNING);
    Rejection fewer = story.refuses(new Input.RegisterNode(gpus("amd", 1), running, List.of()));
    assertThat(fewer.code()).isEqualTo(Rejection.Code.CONFLICT);
    story.exits(job, 0);
    story.says(named);
    JobId byModel =
        story.submits("liwei", script().gres(List.of(new GresRequest("gpu", "amd", 1))));
    story.plans();
    assertThat(story.job(byModel).allocations().getFirst().gres())
        .containsExactly(new Allocation.GresDevices("gpu", "amd", List.of(0)));
  }

  private static NodeFacts gpus(String model, int count) {
    return facts(
        "n1", "boot-1", 4, 4 * GIB, List.of(new NodeFacts.GresInventory("gpu", model, count)));
  }

  @Test
  void aRefusedNodeStillDeliversTheEndsOfItsRuns() {
    story.node("n1", 2);
    JobId first = story.submits("liwei");
    JobId second = story.submits("liwei");
    story.plans();
    story.after(10);
    Decision decision =
        story.machine.decide(
            new Input.RegisterNode(
                facts("n1", "boot-1", 1, 2 * GIB),
                List.of(story.run(second)),
                List.of(exit(story.run(first), 0, story.nowMs))),
            story.nowMs);
    assertThat(decision.reply()).isInstanceOf(Reply.Rejected.class);
    assertThat(decision.facts()).hasSize(1);
    assertThat(decision.facts().getFirst().event()).isInstanceOf(JobEnded.class);
    story.makeTrue(decision);
    assertThat(story.state(first)).isEqualTo(COMPLETED);
    assertThat(story.state(second)).isEqualTo(RUNNING);
  }

  @Test
  void factsThatCannotBeAreRefused() {
    assertFactsRefused("cores", facts("n1", "boot-1", 0, GIB));
    assertFactsRefused("cores", facts("n1", "boot-1", 1 << 20, 1L << 40));
    assertFactsRefused("memBytes", facts("n1", "boot-1", 4, 3));
    assertFactsRefused("memBytes", facts("n1", "boot-1", 4, -1));
    assertFactsRefused("bootId", facts("n1", " ", 4, GIB));
    assertFactsRefused(
        "facts",
        new NodeFacts(
            N1, "boot-1", 1, GIB, List.of(), "0.1.0", "6.1.0", List.of("x".repeat(1025))));
    assertFactsRefused(
        "numa",
        facts("n1", "boot-1", 2, GIB)
            .with(
                List.of(
                    new NodeFacts.NumaNode(0, List.of(0)),
                    new NodeFacts.NumaNode(0, List.of(0, 1)))));
    assertFactsRefused(
        "numa", facts("n1", "boot-1", 2, GIB).with(List.of(new NodeFacts.NumaNode(0, List.of(0)))));
    NodeFacts.GresInventory gpu = new NodeFacts.GresInventory("gpu", "a100", 2);
    assertFactsRefused("gres", facts("n1", "boot-1", 4, GIB, List.of(gpu, gpu)));
    assertFactsRefused(
        "gres",
        facts("n1", "boot-1", 4, GIB, List.of(new NodeFacts.GresInventory("gpu", "a100", 0))));
  }

  private void assertFactsRefused(String field, NodeFacts facts) {
    Rejection refusal = story.refuses(new Input.RegisterNode(facts, List.of(), List.of()));
    assertThat(refusal.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(refusal.field()).isEqualTo(field);
  }

  @Test
  void anUnknownNodeIsNamedWithItsNearest() {
    story.node("node01", 1);
    NodeName wrong = new NodeName("node02");
    for (Input input :
        List.of(
            new Input.NodeSilent(wrong, 0, "silent"),
            new Input.DrainNode(user("admin1"), wrong, "fan"),
            new Input.ResumeNode(user("admin1"), wrong),
            new Input.FenceNode(user("admin1"), wrong, "burnt"))) {
      Rejection refusal = story.refuses(input);
      assertThat(refusal.code()).isEqualTo(Rejection.Code.NOT_FOUND);
      assertThat(refusal.message()).contains("did you mean node01?");
    }
  }

  @Test
  void aLongDetailOfAnExitIsCutOff() {
    JobId job = runningOn("n1", 1);
    story.does(
        new Input.RunEnded(
            N1,
            exit(
                story.run(job),
                RunExit.Kind.LAUNCH_FAILED,
                0,
                0,
                story.nowMs,
                "x".repeat(999) + "\uD83D\uDE00" + "y".repeat(5000))));
    assertThat(story.job(job).exit().detail()).hasSize(999);
  }
}
