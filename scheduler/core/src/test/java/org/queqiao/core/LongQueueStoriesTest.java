package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.explain.ExplanationText;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.PendingWhy;
import org.queqiao.core.message.TermsRequest;
import org.queqiao.core.message.Viewer;

/** What is said of a job in a queue that is too long to be looked at whole. */
final class LongQueueStoriesTest {
  private final SchedulerStory story = SchedulerStory.site().inOrder().withoutChecks();

  private PendingWhy why(JobId job) {
    return story.machine.state().pendingWhy(job);
  }

  private PendingReason reason(JobId job) {
    return story.machine.state().pendingReason(job);
  }

  private Explanation explained(JobId job) {
    return story.machine.state().explain(job, story.nowMs).orElseThrow();
  }

  private String text(JobId job) {
    return ExplanationText.waiting(explained(job), story.nowMs, 0, Viewer.OWNER);
  }

  private static JobRequest.Builder on(String node, int cores) {
    return script().cpusPerTask(cores).placement(JobPlacement.builder().nodeList(node).build());
  }

  private static JobRequest.Builder modest(String node) {
    return on(node, 4).terms(TermsRequest.NONE.withNice(5));
  }

  private void submitsMany(int count, JobRequest.Builder request) {
    Input.SubmitJob submission = SchedulerStory.submission("chenjie", request);
    for (int i = 0; i < count; i++) {
      SchedulerStory.accepted(story.hears(submission), false);
    }
  }

  private void twoFullNodes() {
    story.node("n1", 4);
    story.node("n2", 4);
    story.submits("liwei", on("n1", 4));
    story.submits("liwei", on("n2", 4));
    story.plans();
  }

  @Test
  void behindMoreThanAreLookedAtThereAreAtLeastSoMany() {
    twoFullNodes();
    submitsMany(9_999, script().cpusPerTask(4));
    JobId exact = story.submits("wangfang", script().cpusPerTask(4));
    assertThat(explained(exact).aheadCount()).isEqualTo(9_999);
    assertThat(explained(exact).isCut()).isFalse();
    JobId last = story.submits("wangfang", script().cpusPerTask(4));
    Explanation found = explained(last);
    assertThat(found.why().word()).isEqualTo("Priority");
    assertThat(found.aheadCount()).isEqualTo(10_000);
    assertThat(found.looked()).isEqualTo(10_000);
    assertThat(found.inQueue()).isEqualTo(10_001);
    assertThat(text(last))
        .contains(
            "At least 10000 jobs are before it in the queue of 10001, of which 10000 jobs were"
                + " looked at: ");
  }

  @Test
  void whereNoneOfTheFirstCompetesItIsNotSaidThatNoJobIsBeforeIt() {
    twoFullNodes();
    submitsMany(9_999, on("n1", 4));
    JobId last = story.submits("wangfang", on("n2", 4));
    assertThat(explained(last).aheadCount()).isZero();
    assertThat(explained(last).why().word()).as("all before it were asked").isEqualTo("Resources");
    assertThat(text(last)).contains("No job is before it in the queue of 10000.");
    assertThat(why(last))
        .as("a list asks the first thousand alone")
        .isEqualTo(
            new PendingWhy("Priority", "it comes after all jobs of the queue that were looked at"));
    submitsMany(1, on("n1", 4));
    JobId beyond = story.submits("liwei", on("n2", 4));
    story.does(new Input.CancelJob(user("wangfang"), last));
    assertThat(explained(beyond).why().word()).isEqualTo("Priority");
    assertThat(explained(beyond).isCut()).isTrue();
    assertThat(text(beyond))
        .doesNotContain("No job is before it")
        .contains(
            "Of the queue of 10001 the first 10000 jobs were looked at: it comes after all of"
                + " them, and none of them competes with it.");
  }

  @Test
  void jobsThatALimitKeepsOutAreNotLookedAtOneByOne() {
    twoFullNodes();
    Limit none = new Limit(LimitScope.GROUP, Quantity.RUNNING_JOBS, "", 0);
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(
                new Subject.User(new UserName("chenjie")),
                new Rules(1, null, List.of(), null, 0, List.of(none)))));
    submitsMany(10_500, script().cpusPerTask(4));
    JobId last = story.submits("wangfang", script().cpusPerTask(4));
    assertThat(reason(last)).isEqualTo(PendingReason.RESOURCES);
    assertThat(text(last)).contains("No job is before it in the queue of 10501.");
    JobId limited = story.submits("chenjie", script().cpusPerTask(4));
    assertThat(explained(limited).aheadCount()).as("its own are looked at").isZero();
    assertThat(explained(limited).isCut()).isTrue();
  }

  @Test
  void theOrderOfManyGroupsIsRememberedAndWhatHoldsIsAskedAnew() {
    twoFullNodes();
    JobId first = story.submits("liwei", modest("n2"));
    for (int i = 0; i < 2_500; i++) {
      story.submits("chenjie", modest("n1").limitMs(HOUR_MS + i));
    }
    JobId begun =
        story.submits("liwei", on("n2", 4).terms(TermsRequest.NONE.withBeginMs(story.nowMs + 1)));
    JobId last = story.submits("wangfang", modest("n2"));
    assertThat(reason(first)).isEqualTo(PendingReason.RESOURCES);
    assertThat(reason(last)).isEqualTo(PendingReason.PRIORITY);
    JobId best = story.submits("wangfang", on("n2", 4));
    assertThat(reason(best)).as("it goes before all").isEqualTo(PendingReason.RESOURCES);
    assertThat(reason(last)).isEqualTo(PendingReason.PRIORITY);
    story.does(new Input.HoldJob(user("liwei"), first));
    assertThat(reason(first)).isEqualTo(PendingReason.JOB_HELD_USER);
    assertThat(explained(last).ahead()).extracting(Explanation.Other::job).containsExactly(best);
    story.does(new Input.ReleaseJob(user("liwei"), first));
    assertThat(reason(best)).isEqualTo(PendingReason.RESOURCES);
    story.does(new Input.HoldJob(user("wangfang"), best));
    story.after(1).ticks();
    assertThat(reason(begun)).as("it may start since").isEqualTo(PendingReason.RESOURCES);
    story.does(new Input.ReleaseJob(user("wangfang"), best));
    for (int i = 0; i <= 200; i++) {
      assertThat(reason(last)).isEqualTo(PendingReason.PRIORITY);
    }
    assertThat(reason(best))
        .as("nothing happens, so all is looked at, and the other has the lower number")
        .isEqualTo(PendingReason.PRIORITY);
    assertThat(reason(begun)).as("it has the lower number").isEqualTo(PendingReason.RESOURCES);
    story.after(10_000).ticks();
    assertThat(reason(last)).as("the order is found anew").isEqualTo(PendingReason.PRIORITY);
    assertThat(reason(begun)).isEqualTo(PendingReason.RESOURCES);
  }
}
