package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.TestSize;

/** Why somebody changes something, and where a site does not go without. */
final class ReasonStoriesTest {
  private static final int SEEDS = TestSize.ciOrFull(20, 300);
  private static final int STEPS = 120;
  private static final String WHY = "moves to the group of 李";
  private static final Actor ADMIN = Actor.user(new UserName("admin1"));
  private static final Actor LI = Actor.user(new UserName("liwei"));

  private static final NodeName N1 = new NodeName("n1");

  private static Input joins(String user) {
    return new Input.SetMembership(
        ADMIN, new MembershipSet(SchedulerStory.MATERIALS, new UserName(user), MemberRank.MEMBER));
  }

  private static Input required(Input input) {
    return new Input.Reasoned(input, "", true);
  }

  @Test
  void whatIsSaidStandsBesideWhoSaidIt() {
    SchedulerStory story = SchedulerStory.site();
    story.doesOneFact(new Input.Reasoned(joins("liwei"), WHY, false));
    assertThat(story.log.getLast().reason()).isEqualTo(WHY);
    assertThat(story.log.getLast().actor()).isEqualTo(ADMIN);
    story.doesOneFact(joins("wangfang"));
    assertThat(story.log.getLast().reason()).isEmpty();
  }

  @Test
  void whereItIsAskedForNothingIsDoneWithoutIt() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    story.doesOneFact(new Input.DrainNode(ADMIN, N1, "looked at"));
    for (Input each :
        List.of(
            joins("liwei"),
            new Input.GrantRole(
                SchedulerStory.OWNER, new RoleGranted(new UserName("wangfang"), Role.FINANCE)),
            new Input.ResumeNode(ADMIN, N1))) {
      Rejection rejection = story.refuses(required(each));
      assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
      assertThat(rejection.field()).isEqualTo("Queqiao-Reason");
      assertThat(rejection.message()).contains("--reason TEXT");
    }
    story.doesOneFact(new Input.Reasoned(joins("liwei"), WHY, true));
    // Who may not do it, or finds it done, is not asked why.
    assertThat(
            story
                .refuses(
                    required(
                        new Input.GrantRole(
                            LI, new RoleGranted(new UserName("liwei"), Role.ADMINISTRATOR))))
                .code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    story.doesWithoutFacts(required(joins("liwei")));
    story.doesOneFact(new Input.Reasoned(new Input.ResumeNode(ADMIN, N1), WHY, true));
    // It says why in a field of its own.
    story.doesOneFact(required(new Input.DrainNode(ADMIN, N1, "fan is loud")));
    assertThat(story.log.getLast().reason()).isEmpty();
  }

  @Test
  void whoCancelsAJobOfSomebodyElseSaysWhyAndWhoCancelsTheirOwnNeedNot() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    JobId own = story.submits("liwei");
    JobId other = story.submits("liwei");
    story.plans();
    story.starts(other);
    assertThat(story.refuses(required(new Input.CancelJob(ADMIN, other))).field())
        .isEqualTo("Queqiao-Reason");
    assertThat(story.refuses(required(new Input.RequeueJob(ADMIN, other))).field())
        .isEqualTo("Queqiao-Reason");
    story.doesOneFact(required(new Input.CancelJob(LI, own)));
    story.doesOneFact(
        new Input.Reasoned(new Input.CancelJob(ADMIN, other), "it fills the disk", true));
    assertThat(story.log.getLast().event()).isInstanceOf(JobKillRequested.class);
    assertThat(story.log.getLast().reason()).isEqualTo("it fills the disk");
    // Of none that there is nobody is told whether there is one.
    assertThat(story.refuses(required(new Input.CancelJob(LI, new JobId(99)))).code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
  }

  @Test
  void whoTellsACheckpointOfTheirOwnJobNeedsNoReason() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    JobId job = story.submits("liwei");
    story.plans();
    story.starts(job);
    assertThat(story.refuses(required(new Input.CheckpointJob(ADMIN, job))).field())
        .isEqualTo("Queqiao-Reason");
    story.doesOneFact(required(new Input.CheckpointJob(LI, job)));
    assertThat(story.log.getLast().event()).isInstanceOf(RunCheckpointed.class);
    // Another within the minute changes nothing, so that there is nothing to give a reason for.
    story.doesWithoutFacts(required(new Input.CheckpointJob(ADMIN, job)));
  }

  @Test
  void aMissingReasonTellsAStrangerNothingOfAJobThatTheyMayNotSee() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    JobId job = story.submits("liwei");
    JobId none = new JobId(99);
    Actor stranger = Actor.user(new UserName("wangfang"));
    story.plans();
    List<Function<JobId, Input>> wishes =
        List.of(
            each -> new Input.CancelJob(stranger, each),
            each -> new Input.HoldJob(stranger, each),
            each -> new Input.ReleaseJob(stranger, each),
            each -> new Input.RequeueJob(stranger, each),
            each -> new Input.CheckpointJob(stranger, each),
            each -> new Input.SuspendJob(stranger, each),
            each -> new Input.ResumeJob(stranger, each));
    for (Function<JobId, Input> each : wishes) {
      Rejection hidden = story.refuses(required(each.apply(job)));
      Rejection unknown = story.refuses(required(each.apply(none)));
      assertThat(hidden.code()).as("%s", each.apply(job)).isEqualTo(unknown.code());
      assertThat(hidden.field()).isEqualTo(unknown.field());
      assertThat(hidden.message().replace("job " + job, "job " + none))
          .isEqualTo(unknown.message());
    }
  }

  /** Without a reason where one is asked for: what is refused anyway is refused as without that. */
  @Test
  void aMissingReasonHidesNoOtherRefusal() {
    for (long seed : SeededProperty.seeds(SEEDS, 412)) {
      RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
      history.steps(STEPS);
      SchedulerStory plain = SchedulerStory.site().withoutChecks();
      for (ToldStory.Told each : history.told().inputs()) {
        boolean wish =
            switch (each.input()) {
              case Input.Reasoned _, Input.Tick _, Input.PlanPass _ -> false;
              default -> true;
            };
        if (wish) {
          Decision wished = plain.machine.decide(each.input(), each.nowMs());
          Decision asked = plain.machine.decide(required(each.input()), each.nowMs());
          if (wished.facts().isEmpty()) {
            assertThat(asked).as("seed %d: %s", seed, each).isEqualTo(wished);
          } else if (!asked.equals(wished)) {
            assertThat(asked.facts()).as("seed %d: %s", seed, each).isEmpty();
          }
        }
        plain.nowMs = each.nowMs();
        plain.hears(each.input());
      }
      assertThat(plain.machine.digest()).isEqualTo(history.story.machine.digest());
    }
  }

  @Test
  void aReasonIsOneLineOfBoundedLength() {
    SchedulerStory story = SchedulerStory.site();
    for (String bad : List.of(" ", "a\nb", "a\u001b[31m", "x".repeat(257), "half \ud800")) {
      Rejection rejection = story.refuses(new Input.Reasoned(joins("liwei"), bad, false));
      assertThat(rejection.code()).as(bad).isEqualTo(Rejection.Code.INVALID);
      assertThat(rejection.field()).isEqualTo("Queqiao-Reason");
    }
    story.doesOneFact(new Input.Reasoned(joins("liwei"), "桥".repeat(256), true));
    assertThatThrownBy(
            () -> new Input.Reasoned(new Input.Reasoned(joins("liwei"), WHY, true), WHY, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * Whatever is wished with a reason: the same follows, and each fact of a person has it. Why an
   * operator ends a run is kept with the run, and nothing else is.
   */
  @Test
  void aReasonChangesNothingOfWhatFollows() {
    for (long seed : SeededProperty.seeds(SEEDS, 411)) {
      RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
      history.steps(STEPS);
      SchedulerStory plain = SchedulerStory.site().withoutChecks();
      SchedulerStory reasoned = SchedulerStory.site().withoutChecks();
      for (ToldStory.Told each : history.told().inputs()) {
        int before = reasoned.log.size();
        reasoned.nowMs = each.nowMs();
        plain.nowMs = each.nowMs();
        plain.hears(
            mayEndRuns(each.input()) ? new Input.Reasoned(each.input(), WHY, false) : each.input());
        boolean has = each.input() instanceof Input.Reasoned;
        reasoned.hears(has ? each.input() : new Input.Reasoned(each.input(), WHY, true));
        String why = each.input() instanceof Input.Reasoned i ? i.reason() : WHY;
        for (LoggedEvent fact : reasoned.log.subList(before, reasoned.log.size())) {
          boolean ofScheduler = fact.actor().kind() == Actor.Kind.SYSTEM;
          if (ofScheduler) {
            // What was planned ahead names the plan, which has the reason of who made it.
            assertThat(fact.reason()).as("%s", fact).matches("(planned change \\d+)?");
          } else {
            assertThat(fact.reason()).as("%s", fact).isEqualTo(why);
          }
        }
      }
      assertThat(reasoned.machine.digest()).as("seed " + seed).isEqualTo(plain.machine.digest());
    }
  }

  private static boolean mayEndRuns(Input input) {
    return input instanceof Input.CancelJob
        || input instanceof Input.CancelTasks
        || input instanceof Input.RequeueJob;
  }
}
