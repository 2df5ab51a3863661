package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.COMPLETING;
import static org.queqiao.contract.job.JobState.NODE_FAIL;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.exit;
import static org.queqiao.core.SchedulerStory.facts;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.NodeLease;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.core.message.TermsRequest;

/** Runs whose class says that their node ends them without contact, and runs whose does not. */
final class LeaseStoriesTest {
  private static final QosName NIGHT = new QosName("night");
  private static final NodeName N1 = new NodeName("n1");
  private static final long LEASE_MS = 600_000;
  private static final long OVER_MS = NodeLease.overMs(LEASE_MS);

  private final SchedulerStory story = SchedulerStory.site();
  private long lastSeenMs;

  private static QosDefined night(long leaseMs) {
    return new QosDefined(NIGHT, "Night", 0, List.of(), PreemptRules.OFF, leaseMs);
  }

  private void site(String... nodes) {
    story.does(new Input.DefineQos(OWNER, night(LEASE_MS)));
    for (String each : nodes) {
      story.says(facts(each, "boot-1", 2, 2 * GIB).leasing(true));
    }
  }

  private static JobRequest.Builder leased() {
    return script().cpusPerTask(2).qos(NIGHT);
  }

  private static JobRequest.Builder once(JobRequest.Builder request) {
    return request.terms(TermsRequest.NONE.withRequeue(false));
  }

  private JobId running(JobRequest.Builder request) {
    JobId job = story.submits("liwei", request);
    assertThat(story.plans()).isEqualTo(1);
    story.starts(job);
    return job;
  }

  /** The node says nothing from now on; the server has found that out. */
  private void falls(NodeName node) {
    lastSeenMs = story.nowMs;
    story.after(31_000);
    silent(node, 31_000);
  }

  private Reply silent(NodeName node, long silentMs) {
    return story.hears(new Input.NodeSilent(node, lastSeenMs, "not heard of", silentMs));
  }

  @Test
  void aRunIsEndedWhenTheSilenceOutlastsItsLeaseAndWhatFollows() {
    site("n1");
    JobId job = running(once(leased()));
    assertThat(story.job(job).leaseMs()).isEqualTo(LEASE_MS);
    assertThat(story.desired("n1").getFirst().leaseMs()).isEqualTo(LEASE_MS);
    story.after(5_000);
    lastSeenMs = story.nowMs;
    story.after(31_000);
    assertThat(silent(N1, 31_000)).isEqualTo(new Reply.Silent(OVER_MS));
    story.after(OVER_MS - 31_001);
    assertThat(silent(N1, OVER_MS - 1)).isEqualTo(new Reply.Silent(OVER_MS));
    assertThat(story.state(job)).as("a millisecond before").isEqualTo(RUNNING);
    story.after(1);
    assertThat(silent(N1, OVER_MS)).isEqualTo(new Reply.Done());
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
    assertThat(story.job(job).endMs()).as("billed to its last life sign").isEqualTo(lastSeenMs);
    assertThat(story.job(job).detail()).contains("lease").contains("n1");
    NodeDown proof = (NodeDown) story.log.get(story.log.size() - 2).event();
    assertThat(proof.silentMs()).isEqualTo(OVER_MS);
    assertThat(story.desired("n1")).isEmpty();
  }

  @Test
  void whatItHeldIsGivenAgainAndItsJobRunsElsewhere() {
    site("n1");
    JobId job = running(leased());
    story.says(facts("n2", "boot-1", 2, 2 * GIB).leasing(true));
    falls(N1);
    story.after(OVER_MS);
    silent(N1, OVER_MS);
    assertThat(story.state(job)).isEqualTo(PENDING);
    assertThat(story.job(job).leaseMs()).isZero();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.node(job)).isEqualTo(new NodeName("n2"));
    assertThat(story.job(job).attempt()).isEqualTo(2);
  }

  @Test
  void theLateRecordOfTheRunChangesNothing() {
    site("n1");
    JobId job = running(leased());
    RunId run = story.run(job);
    story.says(facts("n2", "boot-1", 2, 2 * GIB).leasing(true));
    falls(N1);
    story.after(OVER_MS);
    silent(N1, OVER_MS);
    story.plans();
    long endMs = lastSeenMs + LEASE_MS;
    story.doesWithoutFacts(new Input.RunEnded(N1, exit(run, 0, endMs)));
    story.does(
        new Input.RegisterNode(
            facts("n1", "boot-1", 2, 2 * GIB).leasing(true),
            List.of(),
            List.of(exit(run, 0, endMs))));
    assertThat(story.state(job)).isEqualTo(RUNNING);
    assertThat(story.job(job).attempt()).isEqualTo(2);
    assertThat(story.job(job).formerCoreMs()).isEqualTo(2 * (lastSeenMs - startOf(run)));
    assertThat(story.desired("n1")).isEmpty();
  }

  private long startOf(RunId run) {
    return story.log.stream()
        .filter(each ->
            each.event() instanceof org.queqiao.contract.event.JobAllocated started
                && started.run().equals(run))
        .findFirst()
        .orElseThrow()
        .timeMs();
  }

  @Test
  void aNodeThatComesBackBeforeKeepsItsRun() {
    site("n1");
    JobId job = running(leased());
    falls(N1);
    story.after(LEASE_MS / 2);
    story.does(
        new Input.RegisterNode(
            facts("n1", "boot-1", 2, 2 * GIB).leasing(true), List.of(story.run(job)), List.of()));
    assertThat(story.state(job)).isEqualTo(RUNNING);
    falls(N1);
    silent(N1, OVER_MS - 1);
    assertThat(story.state(job)).as("its silence begins anew").isEqualTo(RUNNING);
  }

  @Test
  void aRunWithoutALeaseBesideItGoesOn() {
    story.does(new Input.DefineQos(OWNER, night(LEASE_MS)));
    story.says(facts("n1", "boot-1", 4, 4 * GIB).leasing(true));
    JobId leased = running(once(leased()));
    JobId plain = running(once(script().cpusPerTask(2)));
    assertThat(story.job(plain).leaseMs()).isZero();
    falls(N1);
    story.after(NodeLease.MAX_MS);
    assertThat(silent(N1, NodeLease.MAX_MS)).isEqualTo(new Reply.Done());
    assertThat(story.state(leased)).isEqualTo(NODE_FAIL);
    assertThat(story.state(plain)).isEqualTo(RUNNING);
    assertThat(story.desired("n1")).hasSize(1);
  }

  @Test
  void leasesEndOneAfterTheOther() {
    QosName day = new QosName("day");
    story.does(new Input.DefineQos(OWNER, night(LEASE_MS)));
    story.does(
        new Input.DefineQos(
            OWNER, new QosDefined(day, "Day", 0, List.of(), PreemptRules.OFF, 2 * LEASE_MS)));
    story.says(facts("n1", "boot-1", 4, 4 * GIB).leasing(true));
    JobId first = running(once(leased()));
    JobId second = running(once(script().cpusPerTask(2).qos(day)));
    falls(N1);
    story.after(OVER_MS);
    long nextMs = NodeLease.overMs(2 * LEASE_MS);
    assertThat(silent(N1, OVER_MS)).isEqualTo(new Reply.Silent(nextMs));
    assertThat(story.state(first)).isEqualTo(NODE_FAIL);
    assertThat(story.state(second)).isEqualTo(RUNNING);
    story.after(nextMs);
    silent(N1, nextMs);
    assertThat(story.state(second)).isEqualTo(NODE_FAIL);
    assertThat(story.job(second).endMs()).isEqualTo(lastSeenMs);
  }

  @Test
  void aNodeThatKnowsOfNoLeasesGivesNone() {
    story.does(new Input.DefineQos(OWNER, night(LEASE_MS)));
    story.says(facts("n1", "boot-1", 2, 2 * GIB).leasing(true));
    story.says(facts("n2", "boot-1", 2, 2 * GIB));
    JobId job = running(leased().nodes(2));
    assertThat(story.job(job).leaseMs()).as("one of its nodes would go on").isZero();
    falls(N1);
    story.after(NodeLease.MAX_MS);
    silent(N1, NodeLease.MAX_MS);
    assertThat(story.state(job)).isEqualTo(RUNNING);
  }

  @Test
  void aLeaseIsThatOfTheStartOfTheRun() {
    site("n1");
    JobId job = running(once(leased()));
    story.does(new Input.DefineQos(OWNER, night(0)));
    assertThat(story.desired("n1").getFirst().leaseMs()).isEqualTo(LEASE_MS);
    falls(N1);
    story.after(OVER_MS);
    silent(N1, OVER_MS);
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
  }

  @Test
  void aRunIsEndedOnTheNodesOfItsOtherPartsToo() {
    site("n1", "n2");
    JobId job = running(once(leased().nodes(2)));
    NodeName script = story.node(job);
    NodeName other = script.equals(N1) ? new NodeName("n2") : N1;
    story.hears(
        new Input.StartStep(script, 1001, story.run(job), "step", 2, List.of(script, other)));
    falls(other);
    story.after(OVER_MS);
    silent(other, OVER_MS);
    assertThat(story.state(job)).isEqualTo(COMPLETING);
    assertThat(story.desired(script.value()).getFirst().stop()).isTrue();
    assertThat(story.desired(other.value())).isEmpty();
    story.after(10).exits(job, 0);
    assertThat(story.state(job)).isEqualTo(NODE_FAIL);
  }

  @Test
  void whereNothingOfARunLivesItsLeaseEndsNothing() {
    site("n1", "n2");
    JobId job = running(once(leased().nodes(2)));
    NodeName other = story.node(job).equals(N1) ? new NodeName("n2") : N1;
    falls(other);
    story.after(OVER_MS);
    assertThat(silent(other, OVER_MS)).isEqualTo(new Reply.Done());
    assertThat(story.state(job)).isEqualTo(RUNNING);
  }

  @Test
  void aRunThatWasBeingEndedKeepsThatCause() {
    site("n1");
    JobId job = running(leased());
    story.does(new Input.CancelJob(SchedulerStory.user("liwei"), job));
    falls(N1);
    story.after(OVER_MS);
    silent(N1, OVER_MS);
    assertThat(story.state(job)).isEqualTo(org.queqiao.contract.job.JobState.CANCELLED);
  }

  @Test
  void aLeaseOfLessThanAFewHeartbeatsIsRefused() {
    for (long wrong : new long[] {-1, 1, NodeLease.MIN_MS - 1, NodeLease.MAX_MS + 1}) {
      Rejection refusal = story.refuses(new Input.DefineQos(OWNER, night(wrong)));
      assertThat(refusal.code()).isEqualTo(Rejection.Code.INVALID);
      assertThat(refusal.field()).isEqualTo("leaseMs");
      assertThat(refusal.message()).contains(Long.toString(wrong), "60000", "604800000");
    }
    story.does(new Input.DefineQos(OWNER, night(NodeLease.MIN_MS)));
    story.does(new Input.DefineQos(OWNER, night(NodeLease.MAX_MS)));
  }

  @Test
  void theProofLeavesTimeForGraceAndClocks() {
    assertThat(NodeLease.overMs(NodeLease.MIN_MS))
        .isGreaterThan(NodeLease.MIN_MS + NodeLease.GRACE_MS + 30_000);
    long week = NodeLease.MAX_MS;
    assertThat(NodeLease.overMs(week) - week).as("a part in a hundred").isGreaterThan(week / 100);
  }

  @Test
  void aSnapshotKeepsTheLease() {
    site("n1");
    JobId job = running(once(leased()));
    NodeFacts known = story.machine.state().node(N1).orElseThrow().facts();
    assertThat(known.leases()).isTrue();
    SchedulerMachine again = SchedulerMachine.from(story.machine.image());
    assertThat(again.digest()).isEqualTo(story.machine.digest());
    assertThat(again.state().job(job).orElseThrow().leaseMs()).isEqualTo(LEASE_MS);
  }
}
