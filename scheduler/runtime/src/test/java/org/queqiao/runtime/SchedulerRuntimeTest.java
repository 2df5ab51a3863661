package org.queqiao.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

final class SchedulerRuntimeTest {
  private final RuntimeStory story = new RuntimeStory();

  @Test
  void aSubmissionIsAnsweredAfterTheSyncAndPlacedInTheSameStep() {
    story.open().withSite();
    CompletableFuture<Reply> reply = story.runtime.submit(RuntimeStory.submission("a"));
    assertThat(reply).isNotDone();
    long forces = story.disk.forces();
    story.runtime.step();
    assertThat(reply.getNow(null)).isEqualTo(new Reply.JobAccepted(new JobId(1), false));
    assertThat(story.disk.forces()).isEqualTo(forces + 1);
    assertThat(story.effects.getLast().runs()).hasSize(1);
    assertThat(state(new JobId(1))).isEqualTo(JobState.RUNNING);
  }

  @Test
  void oneSyncServesTheWholeBatch() {
    story.open().withSite();
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      replies.add(story.runtime.submit(RuntimeStory.submission("k" + i)));
    }
    long forces = story.disk.forces();
    story.runtime.step();
    assertThat(story.disk.forces()).isEqualTo(forces + 1);
    assertThat(replies).allMatch(CompletableFuture::isDone);
  }

  @Test
  void aFullInboxIsBusyAndEndsStillGoThrough() {
    story.open().withSite();
    JobId job = story.submit("first");
    for (int i = 0; i < story.settings.inboxCapacity(); i++) {
      assertThat(story.runtime.submit(RuntimeStory.submission(""))).isNotDone();
    }
    Reply refused = story.runtime.submit(RuntimeStory.submission("")).getNow(null);
    assertThat(((Reply.Rejected) refused).rejection().code()).isEqualTo(Rejection.Code.BUSY);
    assertThat(story.runtime.gauges().refusedTotal()).isEqualTo(1);
    CompletableFuture<Reply> end = story.runtime.submit(story.ended(job));
    story.runtime.step();
    assertThat(end.getNow(null)).isEqualTo(new Reply.Done());
    while (story.runtime.step()) {
      // the submissions that were let in
    }
    assertThat(state(job)).isEqualTo(JobState.COMPLETED);
  }

  @Test
  void whatIsPlannedForATimeCountsBeforeWhoeverAsksAtThatTime() {
    story.open().withSite();
    PlannedChange.Content none =
        new PlannedChange.Owner(new ProjectName("climate"), new PlatformName("portal"));
    story.tell(
        new Input.DefinePlatform(
            RuntimeStory.OWNER, new PlatformDefined(new PlatformName("portal"), "Portal")));
    long fromMs = story.time.wallMs() + 100;
    assertThat(story.tell(new Input.PlanChange(RuntimeStory.OWNER, none, fromMs)))
        .isEqualTo(new Reply.ChangeNumbered(1));
    story.time.advanceMs(99);
    JobRequest named =
        JobRequest.builder("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8)).endUser("A").build();
    Input.SubmitJob submission = new Input.SubmitJob(RuntimeStory.USER, named, "", new byte[0]);
    assertThat(story.tell(submission)).isInstanceOf(Reply.Rejected.class);
    // Long before the next tick: end users are named from the first moment on.
    story.time.advanceMs(1);
    assertThat(story.tell(submission)).isInstanceOf(Reply.JobAccepted.class);
    byte[] digest = story.digest();
    story.losePower();
    story.open();
    assertThat(story.digest()).isEqualTo(digest);
  }

  @Test
  void ordinaryInputsGetTheirShareWhileUrgentOnesAbound() {
    story.open().withSite();
    for (int i = 0; i < story.settings.inboxCapacity(); i++) {
      story.runtime.submit(new Input.CancelJob(RuntimeStory.USER, new JobId(i + 1)));
    }
    CompletableFuture<Reply> submission = story.runtime.submit(RuntimeStory.submission("s"));
    story.runtime.step();
    assertThat(submission).isDone();
  }

  @Test
  void aCancelOfVeryManyTasksLetsOthersInAndIsAnsweredAtItsEnd() {
    JobId array = runsTasks(3 * Decision.PART);
    CompletableFuture<Reply> cancelled =
        story.runtime.submit(new Input.CancelJob(RuntimeStory.USER, array));
    story.runtime.step();
    CompletableFuture<Reply> other = story.runtime.submit(RuntimeStory.submission("other"));
    story.runtime.step();
    assertThat(other).isCompleted();
    assertThat(cancelled).isNotDone();
    stepToTheEnd();
    assertThat(cancelled.getNow(null)).isEqualTo(new Reply.Done());
  }

  @Test
  void whoseRestEndedBetweenTwoPartsIsToldThatItIsDone() {
    JobId array = runsTasks(2 * Decision.PART + 10);
    NodeName wide = new NodeName("wide");
    story.tell(new Input.NodeSilent(wide, story.time.wallMs(), "silent"));
    CompletableFuture<Reply> requeued =
        story.runtime.submit(new Input.RequeueJob(RuntimeStory.USER, array));
    story.runtime.step();
    Reply fenced = story.tell(new Input.FenceNode(RuntimeStory.OWNER, wide, "no power"));
    assertThat(fenced).isEqualTo(new Reply.Done());
    assertThat(requeued).isNotDone();
    stepToTheEnd();
    assertThat(requeued.getNow(null)).isEqualTo(new Reply.Done());
  }

  private void stepToTheEnd() {
    while (story.runtime.step()) {
      // part by part
    }
  }

  /** An array of which so many tasks run. */
  private JobId runsTasks(int tasks) {
    story.open().withSite();
    story.tell(
        new Input.RegisterNode(
            new NodeFacts(
                new NodeName("wide"), "b", tasks, 1L << 40, List.of(), "1", "6", List.of()),
            List.of(),
            List.of()));
    JobRequest many =
        JobRequest.builder("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8))
            .array("1-1000000")
            .build();
    Reply accepted = story.tell(new Input.SubmitJob(RuntimeStory.USER, many, "", new byte[0]));
    while (story.settle(story.runtime.query(state -> state.runningJobs())) < tasks) {
      story.time.advanceMs(1_000);
      story.runtime.step();
    }
    return ((Reply.JobAccepted) accepted).job();
  }

  @Test
  void aLogWithoutRoomRefusesNewWorkAndRecordsEnds() {
    story.open().withSite();
    JobId running = story.submit("running");
    JobId waiting = submitWide("waiting");
    story.disk.setCapacityBytes(usedBytes() + 16 * 1024);
    assertThat(story.tell(new Input.CancelJob(RuntimeStory.USER, new JobId(2))))
        .as("the log looks at the disk at its next sync")
        .isEqualTo(new Reply.Done());
    assertThat(code(story.tell(RuntimeStory.submission("new"))))
        .isEqualTo(Rejection.Code.DISK_FULL);
    assertThat(story.tell(RuntimeStory.submission("running")))
        .as("a repeated key needs no room")
        .isEqualTo(new Reply.JobAccepted(running, true));
    assertThat(story.tell(story.ended(running))).isEqualTo(new Reply.Done());
    assertThat(state(running)).isEqualTo(JobState.COMPLETED);
    assertThat(state(waiting))
        .as("nothing starts without room for its end")
        .isEqualTo(JobState.PENDING);
    assertThat(story.tell(new Input.CancelJob(RuntimeStory.USER, waiting)))
        .isEqualTo(new Reply.Done());
    story.disk.setCapacityBytes(Long.MAX_VALUE / 4);
    assertThat(story.tell(RuntimeStory.submission("new"))).isInstanceOf(Reply.JobAccepted.class);
    assertThat(story.faults).isEmpty();
  }

  @Test
  void nothingIsAnsweredAfterAFailedSync() {
    story.open().withSite();
    story.disk.failForceAfter(0);
    CompletableFuture<Reply> first = story.runtime.submit(RuntimeStory.submission("a"));
    CompletableFuture<StateDigest> question = story.runtime.digest();
    story.runtime.step();
    assertThat(story.faults).containsExactly(Fault.LOG_FAILED);
    story.runtime.step();
    assertThat(first).isNotDone();
    assertThat(question).isNotDone();
    assertThat(code(story.runtime.submit(RuntimeStory.submission("b")).getNow(null)))
        .isEqualTo(Rejection.Code.BUSY);
    story.runtime.close();
    assertThat(first).isNotDone();
    assertThat(story.faults).hasSize(1);
  }

  @Test
  void anOldLeaderThatHasNothingToWriteTellsNoNodeWhatWas() {
    story.open().withSite();
    SchedulerRuntime old = story.runtime;
    story.disk.revokeLocks();
    story.open();
    story.effects.clear();
    CompletableFuture<Reply> again =
        old.submit(new Input.RegisterNode(RuntimeStory.facts("boot-1"), List.of(), List.of()));
    old.step();
    assertThat(again).isNotDone();
    assertThat(story.effects).isEmpty();
    assertThat(story.faults).containsExactly(Fault.FENCED);
  }

  @Test
  void anOldLeaderIsFencedAndSaysNothingMore() {
    story.open().withSite();
    SchedulerRuntime old = story.runtime;
    story.disk.revokeLocks();
    story.open();
    CompletableFuture<Reply> late = old.submit(RuntimeStory.submission("late"));
    old.step();
    assertThat(late).isNotDone();
    assertThat(story.faults).containsExactly(Fault.FENCED);
    assertThat(story.runtime.epoch()).isEqualTo(2);
    assertThat(story.tell(RuntimeStory.submission("late"))).isInstanceOf(Reply.JobAccepted.class);
  }

  @Test
  void ticksEndRunsAtTheirLimitWhateverTheWallClockDoes() {
    story.open().withSite();
    JobId job = story.submit("a");
    story.time.stepWallMs(86_400_000L * 3650);
    story.time.advanceMs(1_000);
    story.runtime.step();
    assertThat(state(job)).as("a stepped clock ends nothing").isEqualTo(JobState.RUNNING);
    story.time.stepWallMs(-86_400_000L * 7300);
    story.time.advanceMs(3_700_000);
    story.runtime.step();
    assertThat(state(job)).isEqualTo(JobState.COMPLETING);
    assertThat(story.effects.getLast().runs().getFirst().stop()).isTrue();
  }

  @Test
  void aRegisteringNodeIsToldItsSetAgain() {
    story.open().withSite();
    story.submit("a");
    int told = story.effects.size();
    story.tell(new Input.RegisterNode(RuntimeStory.facts("boot-1"), List.of(), List.of()));
    assertThat(story.effects).hasSize(told + 1);
    assertThat(story.effects.getLast().runs()).hasSize(1);
  }

  @Test
  void theFeedGivesEveryFactOnceFromAnyCursor() {
    story.open().withSite();
    List<LoggedEvent> all = new ArrayList<>();
    story.runtime.feed().subscribe(0, all::addAll);
    for (int i = 0; i < 100; i++) {
      story.submit("k" + i);
    }
    assertThat(all).extracting(LoggedEvent::position).isSorted().doesNotHaveDuplicates();
    assertThat(all).hasSize((int) story.runtime.durablePosition());
    assertThat(all).anyMatch(e -> e.event() instanceof JobSubmitted);
    assertThat(all).anyMatch(e -> e.event() instanceof JobAllocated);
    List<LoggedEvent> late = new ArrayList<>();
    story.runtime.feed().subscribe(50, late::addAll);
    story.runtime.step();
    assertThat(late).isEqualTo(all.subList(50, all.size()));
    assertThatThrownBy(
            () -> story.runtime.feed().subscribe(story.runtime.durablePosition() + 1, e -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aListenerThatThrowsLosesItsSubscriptionAndNobodyElse() {
    story.open().withSite();
    List<Throwable> failures = new ArrayList<>();
    List<LoggedEvent> other = new ArrayList<>();
    story
        .runtime
        .feed()
        .subscribe(
            0,
            new org.queqiao.runtime.feed.FeedListener() {
              @Override
              public void committed(List<LoggedEvent> events) {
                throw new IllegalStateException("no room");
              }

              @Override
              public void failed(Throwable cause) {
                failures.add(cause);
              }
            });
    story.runtime.feed().subscribe(0, other::addAll);
    story.submit("a");
    story.submit("b");
    assertThat(failures).hasSize(1);
    assertThat(other).hasSize((int) story.runtime.durablePosition());
  }

  @Test
  void closingAnswersWhatWaitsAndTakesNothingMore() {
    story.open().withSite();
    CompletableFuture<Reply> waiting = story.runtime.submit(RuntimeStory.submission("a"));
    story.runtime.close();
    assertThat(waiting.getNow(null)).isInstanceOf(Reply.JobAccepted.class);
    assertThat(code(story.runtime.submit(RuntimeStory.submission("b")).getNow(null)))
        .isEqualTo(Rejection.Code.BUSY);
    assertThat(story.log.snapshots().newest().orElseThrow().position())
        .isEqualTo(story.runtime.durablePosition());
  }

  private JobId submitWide(String key) {
    JobId job = null;
    for (int i = 0; i < 4; i++) {
      job = story.submit(key + i);
    }
    return job;
  }

  private JobState state(JobId job) {
    return story.settle(story.runtime.query(cluster -> cluster.job(job).orElseThrow().state()));
  }

  private long usedBytes() {
    return story.disk.names().stream().mapToLong(name -> story.disk.bytes(name).length).sum();
  }

  private static Rejection.Code code(Reply reply) {
    return ((Reply.Rejected) reply).rejection().code();
  }
}
