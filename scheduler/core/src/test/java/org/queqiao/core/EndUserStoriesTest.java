package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;

/** A service platform submits for people whom only it knows. */
final class EndUserStoriesTest {
  private static final PlatformName PORTAL = new PlatformName("portal");
  private static final String WANG = "王五 <wang@example.org>";
  private final SchedulerStory story = SchedulerStory.site();

  @BeforeEach
  void platform() {
    story.does(
        new Input.DefinePlatform(SchedulerStory.OWNER, new PlatformDefined(PORTAL, "Portal")));
    belongs(SchedulerStory.CLIMATE, PORTAL);
  }

  private void belongs(ProjectName project, PlatformName platform) {
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(
                new Subject.Project(project),
                new Rules(1, platform, List.of(), null, 0, List.of()))));
  }

  private static JobRequest.Builder script(String endUser) {
    return SchedulerStory.script().endUser(endUser);
  }

  private String endUser(SchedulerMachine machine, JobId job) {
    return machine.image().jobs().stream()
        .filter(each -> each.id().equals(job))
        .map(each -> each.spec().endUser())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theNameIsOnTheJobAndInTheStateThatASnapshotGives() {
    JobId nobody = story.submits("liwei");
    SchedulerMachine other =
        SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(story.machine.image())));
    JobId job = story.submits("liwei", script(WANG));
    assertThat(((JobSubmitted) story.log.getLast().event()).spec().endUser()).isEqualTo(WANG);
    assertThat(endUser(story.machine, job)).isEqualTo(WANG);
    assertThat(endUser(story.machine, nobody)).isEmpty();
    // The same job for somebody else is another state.
    JobSubmitted told = (JobSubmitted) story.log.getLast().event();
    LoggedEvent last = story.log.getLast();
    other.apply(
        new LoggedEvent(
            last.position(),
            last.epoch(),
            last.timeMs(),
            last.actor(),
            new JobSubmitted(
                told.job(),
                told.user(),
                told.unixUser(),
                told.uid(),
                told.spec().toBuilder().endUser("zhao").build(),
                told.idempotencyKey(),
                told.requestHash())));
    assertThat(story.machine.digest()).isNotEqualTo(other.digest());
    SchedulerMachine restored =
        SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(story.machine.image())));
    assertThat(endUser(restored, job)).isEqualTo(WANG);
    assertThat(restored.digest()).isEqualTo(story.machine.digest());
  }

  @Test
  void onlyInAProjectOfAPlatformIsSomebodyNamed() {
    Rejection rejection = story.refuses(SchedulerStory.submission("chenjie", script(WANG)));
    assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(rejection.field()).isEqualTo("endUser");
    assertThat(rejection.message()).contains("project materials belongs to no service platform");
    // Who may not submit there hears that, and not to whom the project belongs.
    assertThat(
            story
                .refuses(
                    SchedulerStory.submission(
                        "chenjie", script(WANG).project(SchedulerStory.CLIMATE)))
                .code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
  }

  @Test
  void aNameIsOneLineOfBoundedLength() {
    for (String bad : List.of("", " ", "a\nb", "\u001b[31m", "x".repeat(129), "half \ud800")) {
      Rejection rejection = story.refuses(SchedulerStory.submission("liwei", script(bad)));
      assertThat(rejection.field()).as(bad).isEqualTo("endUser");
    }
    story.submits("liwei", script("桥".repeat(128)));
  }

  @Test
  void whatIsChangedOfAJobKeepsTheNameAndStaysWithAPlatform() {
    JobId job = story.submits("liwei", script(WANG));
    belongs(SchedulerStory.CLIMATE, null);
    Actor li = Actor.user(new UserName("liwei"));
    story.doesOneFact(changes(li, job, "limitMs", SchedulerStory.script().limitMs(60_000L)));
    assertThat(((JobChanged) story.log.getLast().event()).spec().endUser()).isEqualTo(WANG);
    story.does(
        new Input.SetMembership(
            SchedulerStory.OWNER,
            new MembershipSet(SchedulerStory.MATERIALS, new UserName("liwei"), MemberRank.MEMBER)));
    Input elsewhere =
        changes(li, job, "project", SchedulerStory.script().project(SchedulerStory.MATERIALS));
    assertThat(story.refuses(elsewhere).field()).isEqualTo("endUser");
    belongs(SchedulerStory.MATERIALS, PORTAL);
    story.doesOneFact(elsewhere);
    assertThat(endUser(story.machine, job)).isEqualTo(WANG);
  }

  private static Input changes(Actor actor, JobId job, String field, JobRequest.Builder values) {
    return new Input.ChangeJob(
        actor, job, new JobChange(new TreeSet<>(List.of(field)), values.build(), null), null);
  }
}
