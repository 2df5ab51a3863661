package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.COMPLETED;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.NODE_FAIL;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeState;
import org.queqiao.contract.snapshot.ClusterImage.NodeImage;
import org.queqiao.core.message.DesiredRunState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.TermsRequest;

/** Nodes whose prolog, epilog or health check fails. */
final class NodeFaultStoriesTest {
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");

  private final SchedulerStory story = SchedulerStory.site();

  private NodeImage node(NodeName name) {
    return story.machine.state().node(name).orElseThrow();
  }

  private JobId running(NodeName at) {
    story.node("n1", 1);
    JobId job = story.submits("liwei");
    story.plans();
    assertThat(story.node(job)).isEqualTo(at);
    return job;
  }

  private RunExit launchFailed(JobId job, String fault) {
    return exit(story.run(job), RunExit.Kind.LAUNCH_FAILED, 0, 0, story.nowMs, "prolog: no scratch")
        .withNodeFault(fault);
  }

  private void assertDrained(NodeName name, String reason, boolean byHealth) {
    assertThat(node(name).drained()).isTrue();
    assertThat(node(name).drainReason()).isEqualTo(reason);
    assertThat(node(name).drainedByHealth()).isEqualTo(byHealth);
  }

  @Test
  void aJobWhosePrologFailedRunsOnAnotherNodeAndItsNodeIsDrainedWithTheReason() {
    JobId job = running(N1);
    story.node("n2", 1);
    story.after(5).does(new Input.RunEnded(N1, launchFailed(job, "prolog of run 1.1: no scratch")));
    assertThat(story.state(job)).isEqualTo(PENDING);
    assertDrained(N1, "prolog of run 1.1: no scratch", false);
    story.plans();
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.node(job)).isEqualTo(N2);
    assertThat(story.run(job).attempt()).isEqualTo(2);
  }

  @Test
  void aJobThatRunsOnceEndsWithTheFaultOfItsNode() {
    story.node("n1", 1);
    JobId job = story.submits("liwei", script().terms(TermsRequest.NONE.withRequeue(false)));
    story.plans();
    story.does(new Input.RunEnded(N1, launchFailed(job, "prolog")));
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
    assertThat(story.job(job).detail()).isEqualTo("launch failed on n1: prolog: no scratch");
  }

  @Test
  void aFailedEpilogDrainsTheNodeAndLeavesTheJobAlone() {
    JobId job = running(N1);
    story
        .after(5)
        .does(
            new Input.RunEnded(
                N1,
                exit(story.run(job), RunExit.Kind.EXITED, 0, 0, story.nowMs, "")
                    .withNodeFault("epilog of run 1.1:\u0007 exit code 1" + "x".repeat(500))));
    assertThat(story.state(job)).isEqualTo(COMPLETED);
    assertThat(node(N1).drainReason()).startsWith("epilog of run 1.1:  exit code 1x").hasSize(256);
  }

  @Test
  void whatAnAdministratorSaidOfTheNodeStands() {
    JobId job = running(N1);
    story.does(new Input.DrainNode(user("admin1"), N1, "move it"));
    story.does(new Input.RunEnded(N1, launchFailed(job, "prolog")));
    assertDrained(N1, "move it", false);
    story.doesWithoutFacts(new Input.NodeChecked(N1, "fan"));
    story.doesWithoutFacts(new Input.NodeChecked(N1, ""));
    assertDrained(N1, "move it", false);
  }

  @Test
  void aFaultThatTheHelloTellsCountsTheSame() {
    JobId job = running(N1);
    story.does(
        new Input.RegisterNode(
            node(N1).facts(), List.of(), List.of(launchFailed(job, "prolog of run 1.1"))));
    assertThat(story.state(job)).isEqualTo(PENDING);
    assertDrained(N1, "prolog of run 1.1", false);
  }

  @Test
  void aPartWhosePrologFailedEndsTheWholeRunWhichWaitsAgain() {
    story.node("n1", 1);
    story.node("n2", 1);
    JobId job = story.submits("liwei", script().nodes(2));
    story.plans();
    story.starts(job);
    int uid = story.job(job).uid();
    story.hears(new Input.StartStep(N1, uid, story.run(job), "step", 2, List.of(N1, N2)));
    story.after(5).does(new Input.RunEnded(N2, launchFailed(job, "prolog of run 1.1")));
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertDrained(N2, "prolog of run 1.1", false);
    story.after(5).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(PENDING);
  }

  private JobId wide() {
    JobId job = story.submits("liwei", script().nodes(2));
    story.plans();
    story.starts(job);
    int uid = story.job(job).uid();
    story.hears(new Input.StartStep(N1, uid, story.run(job), "step", 2, List.of(N1, N2)));
    return job;
  }

  private void partEnds(JobId job, NodeName node, RunExit.Kind kind, int signal) {
    RunExit exit = exit(story.run(job), kind, 0, signal, story.nowMs, "");
    story.does(new Input.RunEnded(node, exit));
  }

  @Test
  void aStepThatWasShortOfMemoryOnAnotherNodeIsNamedWhicheverPartEndsLast() {
    story.node("n1", 1);
    story.node("n2", 1);
    JobId before = wide();
    story.after(5);
    partEnds(before, N2, RunExit.Kind.OUT_OF_MEMORY, 9);
    story.after(5).exits(before, 0);
    JobId after = wide();
    story.after(5).exits(after, 0);
    assertThat(story.state(after)).isEqualTo(RUNNING);
    story.after(5);
    partEnds(after, N2, RunExit.Kind.OUT_OF_MEMORY, 9);
    for (JobId job : List.of(before, after)) {
      assertThat(story.state(job)).isEqualTo(JobState.OUT_OF_MEMORY);
      assertThat(story.job(job).detail()).isEqualTo("out of memory on n2");
      assertThat(story.job(job).exit().kind()).isEqualTo(RunExit.Kind.OUT_OF_MEMORY);
    }
    JobId well = wide();
    story.after(5);
    partEnds(well, N2, RunExit.Kind.EXITED, 0);
    story.after(5).exits(well, 0);
    assertThat(story.state(well)).isEqualTo(JobState.COMPLETED);
  }

  @Test
  void aNodeThatStartsAnewWithLessWaitsUntilTheRestOfItsRunHasEndedElsewhere() {
    story.node("n1", 4);
    story.node("n2", 4);
    TermsRequest once = TermsRequest.NONE.withRequeue(false);
    JobId job = story.submits("liwei", script().nodes(2).cpusPerTask(4).terms(once));
    story.plans();
    story.starts(job);
    int uid = story.job(job).uid();
    story.hears(new Input.StartStep(N1, uid, story.run(job), "step", 2, List.of(N1, N2)));
    Input less = new Input.RegisterNode(facts("n1", "boot-2", 2, 2 * GIB), List.of(), List.of());
    Reply first = story.after(5).hears(less);
    assertThat(first).isInstanceOf(Reply.Rejected.class);
    assertThat(((Reply.Rejected) first).rejection().message()).contains("let the jobs end first");
    assertThat(node(N1).state()).isEqualTo(NodeState.DOWN);
    assertThat(story.desired("n2")).singleElement().matches(DesiredRunState::stop);
    story.after(5).does(new Input.RunEnded(N2, exit(story.run(job), 0, story.nowMs)));
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
    story.does(less);
    assertThat(node(N1).state()).isEqualTo(NodeState.UP);
    assertThat(node(N1).facts().cores()).isEqualTo(2);
  }

  @Test
  void aHealthCheckDrainsAndWhenAllIsWellAgainResumes() {
    story.node("n1", 1);
    story.doesWithoutFacts(new Input.NodeChecked(N1, ""));
    story.doesOneFact(new Input.NodeChecked(N1, "fan 2 stands still"));
    assertDrained(N1, "health check: fan 2 stands still", true);
    story.doesWithoutFacts(new Input.NodeChecked(N1, "fan 2 stands still"));
    JobId job = story.submits("liwei");
    assertThat(story.plans()).isZero();
    story.doesOneFact(new Input.NodeChecked(N1, "fan 3 stands still"));
    story.doesOneFact(new Input.NodeChecked(N1, ""));
    assertThat(node(N1).drained()).isFalse();
    story.plans();
    assertThat(story.state(job)).isEqualTo(RUNNING);
  }

  @Test
  void anAdministratorMakesTheDrainOfAHealthCheckHisOwn() {
    story.node("n1", 1);
    story.does(new Input.NodeChecked(N1, "fan"));
    story.doesOneFact(new Input.DrainNode(user("admin1"), N1, "health check: fan"));
    story.doesWithoutFacts(new Input.NodeChecked(N1, ""));
    assertDrained(N1, "health check: fan", false);
    story.does(new Input.ResumeNode(user("admin1"), N1));
    story.doesOneFact(new Input.NodeChecked(N1, "fan"));
    assertDrained(N1, "health check: fan", true);
  }
}
