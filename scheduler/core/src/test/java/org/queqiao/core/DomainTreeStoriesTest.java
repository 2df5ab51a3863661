package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;

/** Research domains that are parts of others. */
final class DomainTreeStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private static Input.DefineDomain domain(String code, String parent) {
    return new Input.DefineDomain(
        SchedulerStory.OWNER,
        new DomainDefined(
            new DomainCode(code), code, parent == null ? null : new DomainCode(parent)));
  }

  private String parentOf(String code) {
    return story.machine.image().domains().stream()
        .filter(each -> each.code().value().equals(code))
        .map(each -> String.valueOf(each.parent()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void domainsAreNeverPartsOfThemselvesAndNoDeeperThanEightLevels() {
    story.does(domain("d1", null));
    for (int level = 2; level <= 8; level++) {
      story.does(domain("d" + level, "d" + (level - 1)));
    }
    Rejection circle = story.refuses(domain("d1", "d8"));
    assertThat(circle.code()).isEqualTo(Rejection.Code.INVALID);
    assertThat(circle.message()).contains("d8 is or is part of d1");
    assertThat(story.refuses(domain("d9", "d8")).message()).contains("9 levels of domains");
    // Three levels below the sixth would be nine; below the fifth they are eight.
    story.does(domain("e1", null));
    story.does(domain("e2", "e1"));
    story.does(domain("e3", "e2"));
    assertThat(story.refuses(domain("e1", "d6")).message()).contains("9 levels of domains");
    story.does(domain("e1", "d5"));
    story.does(domain("d8", null));
    assertThat(story.refuses(domain("d1", "d8")).message()).contains("9 levels of domains");
    story.does(domain("e1", null));
    story.does(domain("d1", "d8"));
  }

  @Test
  void aDomainThatIsRenamedWithoutAWordAboutItsPlaceStaysThere() {
    story.does(domain("ocean", "earth"));
    DomainDefined renamed = new DomainDefined(new DomainCode("ocean"), "The ocean");
    story.does(new Input.DefineDomain(SchedulerStory.OWNER, renamed, true));
    assertThat(parentOf("ocean")).isEqualTo("earth");
    story.doesWithoutFacts(new Input.DefineDomain(SchedulerStory.OWNER, renamed, true));
    story.does(new Input.DefineDomain(SchedulerStory.OWNER, renamed));
    assertThat(parentOf("ocean")).isEqualTo("null");
  }

  @Test
  void whichDomainIsPartOfWhichIsInTheDigestWhereItSaysSomething() {
    SchedulerStory other = SchedulerStory.site();
    for (SchedulerStory each : List.of(story, other)) {
      each.does(domain("ocean", null));
      each.does(domain("ice", null));
    }
    assertThat(story.machine.digest()).isEqualTo(other.machine.digest());
    story.does(domain("ice", "ocean"));
    other.does(domain("ice", "earth"));
    assertThat(story.machine.digest()).isNotEqualTo(other.machine.digest());
  }
}
