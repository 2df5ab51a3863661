package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.UserName;
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
    for (Input each :
        List.of(
            joins("liwei"),
            new Input.GrantRole(
                ADMIN, new RoleGranted(new UserName("wangfang"), Role.ADMINISTRATOR)),
            new Input.ResumeNode(ADMIN, new NodeName("n1")))) {
      Rejection rejection = story.refuses(required(each));
      assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
      assertThat(rejection.field()).isEqualTo("Queqiao-Reason");
      assertThat(rejection.message()).contains("--reason TEXT");
    }
    story.doesOneFact(new Input.Reasoned(joins("liwei"), WHY, true));
    // It says why in a field of its own.
    story.doesOneFact(required(new Input.DrainNode(ADMIN, new NodeName("n1"), "fan is loud")));
    assertThat(story.log.getLast().reason()).isEmpty();
  }

  @Test
  void whoCancelsAJobOfSomebodyElseSaysWhyAndWhoCancelsTheirOwnNeedNot() {
    SchedulerStory story = SchedulerStory.site();
    story.node("n1", 8);
    JobId own = story.submits("liwei");
    JobId other = story.submits("liwei");
    story.plans();
    assertThat(story.refuses(required(new Input.CancelJob(ADMIN, other))).field())
        .isEqualTo("Queqiao-Reason");
    assertThat(story.refuses(required(new Input.HoldJob(ADMIN, other))).field())
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

  /** Whatever is wished with a reason: the same follows, and each fact of a person has it. */
  @Test
  void aReasonChangesNothingOfWhatFollows() {
    for (long seed : SeededProperty.seeds(SEEDS, 411)) {
      RandomHistory history = new RandomHistory(seed, SchedulerStory.site().withoutChecks());
      history.steps(STEPS);
      SchedulerStory plain = history.story;
      SchedulerStory reasoned = SchedulerStory.site().withoutChecks();
      int before = reasoned.log.size();
      for (ToldStory.Told each : history.told().inputs()) {
        reasoned.nowMs = each.nowMs();
        // Some say why already, or are refused because they do not.
        boolean says = each.input() instanceof Input.Reasoned;
        reasoned.hears(says ? each.input() : new Input.Reasoned(each.input(), WHY, true));
      }
      assertThat(reasoned.machine.digest()).as("seed " + seed).isEqualTo(plain.machine.digest());
      for (LoggedEvent each : reasoned.log.subList(before, reasoned.log.size())) {
        boolean ofScheduler = each.actor().kind() == Actor.Kind.SYSTEM;
        if (ofScheduler) {
          assertThat(each.reason()).as("%s", each).isEmpty();
        } else if (each.event() instanceof ProjectDefined) {
          assertThat(each.reason()).as("%s", each).isIn(WHY, "agreed", "");
        } else {
          assertThat(each.reason()).as("%s", each).isEqualTo(WHY);
        }
      }
    }
  }
}
