package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;

/** Who leads a project, and where its costs are booked. */
final class ProjectLeadStoriesTest {
  private static final ProjectName CLIMATE = SchedulerStory.CLIMATE;
  private static final Actor ADMIN = actor("admin1");
  private static final UserName CHEN = new UserName("chenjie");

  private static Actor actor(String name) {
    return Actor.user(new UserName(name));
  }

  private static Input.SetProject leads(UserName user) {
    return new Input.SetProject(ADMIN, CLIMATE, user, null);
  }

  private static Input.SetProject booked(String costCentre) {
    return new Input.SetProject(ADMIN, CLIMATE, null, costCentre);
  }

  private static ProjectDefined climate(SchedulerStory story) {
    return story.machine.state().project(CLIMATE).orElseThrow().definition();
  }

  @Test
  void whoLeadsAProjectMayDoWhatItsManagersMayUntilSomebodyElseDoes() {
    SchedulerStory story = SchedulerStory.site();
    JobId first = story.submits("liwei");
    JobId second = story.submits("liwei");
    assertThat(story.refuses(new Input.CancelJob(actor("chenjie"), first)).code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
    story.doesOneFact(leads(CHEN));
    story.doesWithoutFacts(leads(CHEN));
    story.doesOneFact(new Input.CancelJob(actor("chenjie"), first));
    // Also submits there, without being a member.
    story.submits("chenjie", SchedulerStory.script().project(CLIMATE));
    story.doesOneFact(
        new Input.SetMembership(
            actor("chenjie"),
            new MembershipSet(CLIMATE, new UserName("auditor1"), MemberRank.MEMBER)));
    story.doesOneFact(leads(new UserName("zhangmin")));
    assertThat(climate(story).pi()).isEqualTo(new UserName("zhangmin"));
    assertThat(story.refuses(new Input.CancelJob(actor("chenjie"), second)).code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
  }

  @Test
  void managersDoNotTouchWhoLeadsTheProject() {
    SchedulerStory story = SchedulerStory.site();
    UserName wang = new UserName("wangfang");
    story.does(leads(wang));
    Actor manager = actor("zhangmin");
    assertThat(
            story
                .refuses(new Input.RemoveMembership(manager, new MembershipRemoved(CLIMATE, wang)))
                .code())
        .isEqualTo(Rejection.Code.FORBIDDEN);
    // An administrator takes them out of the members, once; they lead it all the same.
    story.doesOneFact(new Input.RemoveMembership(ADMIN, new MembershipRemoved(CLIMATE, wang)));
    story.doesWithoutFacts(new Input.RemoveMembership(ADMIN, new MembershipRemoved(CLIMATE, wang)));
    JobId job = story.submits("liwei");
    story.doesOneFact(new Input.CancelJob(actor("wangfang"), job));
    story.doesOneFact(
        new Input.SetMembership(ADMIN, new MembershipSet(CLIMATE, wang, MemberRank.MEMBER)));
    story.doesWithoutFacts(
        new Input.SetMembership(ADMIN, new MembershipSet(CLIMATE, wang, MemberRank.MEMBER)));
  }

  @Test
  void aProjectThatIsDescribedAnewKeepsBoth() {
    SchedulerStory story = SchedulerStory.site();
    story.does(leads(CHEN));
    story.doesOneFact(booked("KST 4711"));
    story.doesOneFact(
        new Input.DefineProject(
            ADMIN,
            new ProjectDefined(
                CLIMATE, "Climate anew", List.of(new DomainShare(new DomainCode("earth"), 1000)))));
    assertThat(climate(story).title()).isEqualTo("Climate anew");
    assertThat(climate(story).pi()).isEqualTo(CHEN);
    assertThat(climate(story).costCentre()).isEqualTo("KST 4711");
    story.doesOneFact(booked(""));
    assertThat(climate(story).costCentre()).isEmpty();
    assertThat(climate(story).pi()).isEqualTo(CHEN);
    story.doesWithoutFacts(new Input.SetProject(ADMIN, CLIMATE, null, null));
  }

  @Test
  void whatCannotBeIsRefusedWithItsField() {
    SchedulerStory story = SchedulerStory.site();
    assertThat(story.refuses(leads(new UserName("chenjia"))).message())
        .isEqualTo("there is no account chenjia; did you mean chenjie?");
    for (String bad : List.of(" ", "x".repeat(65), "a\nb")) {
      Rejection rejection = story.refuses(booked(bad));
      assertThat(rejection.field()).isEqualTo("costCentre");
      assertThat(rejection.code()).isEqualTo(Rejection.Code.INVALID);
    }
    assertThat(
            story
                .refuses(new Input.SetProject(ADMIN, new ProjectName("nowhere"), CHEN, null))
                .code())
        .isEqualTo(Rejection.Code.NOT_FOUND);
    for (String other : List.of("zhangmin", "finance1", "auditor1")) {
      assertThat(story.refuses(new Input.SetProject(actor(other), CLIMATE, CHEN, "x")).code())
          .isEqualTo(Rejection.Code.FORBIDDEN);
    }
  }

  @Test
  void bothAreInTheStateThatASnapshotAndAReplayGive() {
    SchedulerStory story = SchedulerStory.site();
    byte[] before = story.machine.digest();
    story.does(leads(CHEN));
    byte[] led = story.machine.digest();
    story.does(booked("KST 4711"));
    assertThat(led).isNotEqualTo(before);
    assertThat(story.machine.digest()).isNotEqualTo(led);
    SchedulerMachine restored =
        SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(story.machine.image())));
    assertThat(restored.digest()).isEqualTo(story.machine.digest());
    assertThat(restored.state().project(CLIMATE).orElseThrow().definition())
        .isEqualTo(climate(story));
    SchedulerMachine replayed = new SchedulerMachine();
    for (LoggedEvent each : story.log) {
      replayed.apply(each);
    }
    assertThat(replayed.digest()).isEqualTo(story.machine.digest());
  }
}
