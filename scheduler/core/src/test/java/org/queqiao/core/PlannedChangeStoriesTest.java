package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.codec.ImageCodec;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.PlatformDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** Changes of domains and projects that count from a later time on. */
final class PlannedChangeStoriesTest {
  private static final long DAY_MS = 24 * SchedulerStory.HOUR_MS;
  private static final PlatformName PORTAL = new PlatformName("portal");
  private static final Subject.Project CLIMATE = new Subject.Project(SchedulerStory.CLIMATE);

  private final SchedulerStory story = SchedulerStory.site();

  private static DomainCode code(String domain) {
    return domain == null ? null : new DomainCode(domain);
  }

  private static Input.DefineDomain domain(String domain, String parent) {
    return new Input.DefineDomain(
        SchedulerStory.OWNER, new DomainDefined(code(domain), domain, code(parent)));
  }

  private Input.PlanChange inDays(int days, PlannedChange.Content content) {
    return new Input.PlanChange(SchedulerStory.OWNER, content, story.nowMs + days * DAY_MS);
  }

  private Input.PlanChange place(int days, String domain, String parent) {
    return inDays(days, new PlannedChange.Place(code(domain), code(parent)));
  }

  private static PlannedChange.Shares shares(Object... shares) {
    List<DomainShare> all = new ArrayList<>();
    for (int i = 0; i < shares.length; i += 2) {
      all.add(new DomainShare(code((String) shares[i]), (Integer) shares[i + 1]));
    }
    return new PlannedChange.Shares(SchedulerStory.CLIMATE, all);
  }

  private static Input.WithdrawChange withdraw(long number) {
    return new Input.WithdrawChange(SchedulerStory.OWNER, number);
  }

  private long plans(Input.PlanChange input) {
    Reply reply = story.hears(input);
    assertThat(reply).as("%s", input).isInstanceOf(Reply.ChangeNumbered.class);
    return ((Reply.ChangeNumbered) reply).number();
  }

  private String refused(Input input, Rejection.Code code) {
    Rejection rejection = story.refuses(input);
    assertThat(rejection.code()).as("%s", rejection).isEqualTo(code);
    return rejection.message();
  }

  private String parentOf(String domain) {
    return story.machine.image().domains().stream()
        .filter(each -> each.code().value().equals(domain))
        .map(each -> String.valueOf(each.parent()))
        .findFirst()
        .orElseThrow();
  }

  private String sharesOf() {
    return story
        .machine
        .state()
        .project(SchedulerStory.CLIMATE)
        .orElseThrow()
        .definition()
        .domains()
        .stream()
        .map(each -> each.domain() + "=" + each.permille())
        .toList()
        .toString();
  }

  private Rules rules() {
    return story.machine.image().priorities().rules().stream()
        .filter(each -> each.subject().equals(CLIMATE))
        .map(RulesSet::rules)
        .findFirst()
        .orElse(Rules.NONE);
  }

  private List<Long> planned() {
    return story.machine.image().planned().changes().stream().map(PlannedChange::number).toList();
  }

  private void passes(int days) {
    story.after(days * DAY_MS);
    story.does(new Input.Tick());
  }

  private void domains(String... codes) {
    Stream.of(codes).forEach(each -> story.does(domain(each, null)));
  }

  @Test
  void whatIsPlannedCountsFromItsTimeOnAndNotBefore() {
    domains("ocean", "life");
    story.does(
        new Input.DefinePlatform(SchedulerStory.OWNER, new PlatformDefined(PORTAL, "Portal")));
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(CLIMATE, new Rules(1, null, List.of(), null, 5, List.of()))));
    plans(place(3, "ocean", "life"));
    plans(inDays(2, shares("ocean", 600, "earth", 400)));
    plans(inDays(1, new PlannedChange.Owner(SchedulerStory.CLIMATE, PORTAL)));
    assertThat(planned()).containsExactly(3L, 2L, 1L);
    assertThat(story.machine.state().nextChangeMs()).hasValue(story.nowMs + DAY_MS);
    // What is said meanwhile of the same things stands; the plan changes its own part alone.
    story.does(
        new Input.DefineDomain(
            SchedulerStory.OWNER, new DomainDefined(code("ocean"), "The ocean"), true));
    story.does(
        new Input.SetRules(
            SchedulerStory.OWNER,
            new RulesSet(CLIMATE, new Rules(3, null, List.of(), null, 5, List.of()))));
    story.after(DAY_MS - 1).doesWithoutFacts(new Input.Tick());
    assertThat(rules().platform()).isNull();
    story.after(1);
    story.does(new Input.Tick());
    assertThat(rules()).isEqualTo(new Rules(3, PORTAL, List.of(), null, 5, List.of()));
    assertThat(sharesOf()).isEqualTo("[earth=1000]");
    passes(1);
    assertThat(sharesOf()).isEqualTo("[ocean=600, earth=400]");
    assertThat(parentOf("ocean")).isEqualTo("null");
    passes(1);
    assertThat(parentOf("ocean")).isEqualTo("life");
    assertThat(story.machine.image().domains())
        .contains(new DomainDefined(code("ocean"), "The ocean", code("life")));
    assertThat(planned()).isEmpty();
    assertThat(story.machine.state().nextChangeMs()).isEmpty();
    assertThat(plans(place(1, "ocean", null))).isEqualTo(4);
  }

  @Test
  void noTreeBetweenNowAndThenHasACircleAndTheRefusalNamesThePlannedChange() {
    domains("ocean", "life", "ice");
    long first = plans(place(10, "ocean", "life"));
    // At once, before and after it: none may make life a part of the ocean.
    assertThat(refused(domain("life", "ocean"), Rejection.Code.CONFLICT))
        .isEqualTo(
            "with this, planned change 1 would make ocean part of itself, as life is or is part of"
                + " it by then: withdraw it first");
    assertThat(refused(place(5, "life", "ocean"), Rejection.Code.CONFLICT))
        .contains("with this, planned change 1 would make ocean part of itself");
    assertThat(refused(place(15, "life", "ocean"), Rejection.Code.INVALID))
        .isEqualTo(
            "this would then make life part of itself, as ocean is or is part of it by then");
    // Until then it may.
    long away = plans(place(9, "life", null));
    plans(place(5, "life", "ocean"));
    assertThat(refused(withdraw(away), Rejection.Code.CONFLICT))
        .contains("without it, planned change " + first + " would make ocean part of itself");
    passes(5);
    assertThat(parentOf("life")).isEqualTo("ocean");
    passes(4);
    passes(1);
    assertThat(parentOf("ocean")).isEqualTo("life");
    assertThat(parentOf("life")).isEqualTo("null");
  }

  @Test
  void whatIsPlannedIsNeverDeeperThanEightLevels() {
    story.does(domain("d1", null));
    for (int level = 2; level <= 7; level++) {
      story.does(domain("d" + level, "d" + (level - 1)));
    }
    domains("e1", "e2");
    plans(place(2, "e1", "d7"));
    assertThat(refused(place(3, "e2", "e1"), Rejection.Code.INVALID))
        .contains("this would then make 9 levels of domains with e2 below e1");
    assertThat(refused(domain("e2", "e1"), Rejection.Code.CONFLICT))
        .contains("planned change 1 would make 9 levels of domains with e1 below d7");
    story.does(domain("e2", "d7"));
  }

  @Test
  void whatIsPlannedCanBeWithdrawnAndIsThenNeverMade() {
    domains("ocean");
    long number = plans(place(1, "ocean", "earth"));
    story.does(withdraw(number));
    assertThat(refused(withdraw(number), Rejection.Code.NOT_FOUND)).contains("planned change 1");
    story.after(2 * DAY_MS).doesWithoutFacts(new Input.Tick());
    assertThat(parentOf("ocean")).isEqualTo("null");
    assertThat(plans(place(1, "ocean", "earth"))).isEqualTo(2);
  }

  @Test
  void aPlanIsRefusedThatLiesInThePastSaysTwoThingsOrNamesWhatIsNotThere() {
    domains("ocean");
    PlannedChange.Place place = new PlannedChange.Place(code("ocean"), code("earth"));
    assertThat(
            refused(
                new Input.PlanChange(SchedulerStory.OWNER, place, story.nowMs),
                Rejection.Code.INVALID))
        .contains("a time to come");
    assertThat(refused(inDays(3654, place), Rejection.Code.INVALID)).contains("ten years");
    assertThat(plans(inDays(3, place))).isEqualTo(1);
    assertThat(plans(inDays(3, place))).isEqualTo(1);
    assertThat(planned()).containsExactly(1L);
    assertThat(refused(place(3, "ocean", null), Rejection.Code.CONFLICT))
        .contains("planned change 1 says something else of the place of domain ocean");
    assertThat(refused(place(4, "ocaen", null), Rejection.Code.INVALID)).contains("ocean");
    assertThat(refused(place(4, "ocean", "erth"), Rejection.Code.INVALID)).contains("earth");
    assertThat(refused(inDays(4, shares("ocean", 999)), Rejection.Code.INVALID)).contains("999");
    assertThat(
            refused(
                inDays(4, new PlannedChange.Owner(SchedulerStory.CLIMATE, PORTAL)),
                Rejection.Code.INVALID))
        .contains("no platform portal");
    assertThat(
            refused(
                new Input.PlanChange(
                    SchedulerStory.user("zhangmin"), place, story.nowMs + 9 * DAY_MS),
                Rejection.Code.FORBIDDEN))
        .contains("only an administrator");
    assertThat(
            refused(
                new Input.WithdrawChange(SchedulerStory.user("zhangmin"), 1),
                Rejection.Code.FORBIDDEN))
        .contains("only an administrator");
    for (int i = 2; i <= PlannedChange.MOST_OF_ONE; i++) {
      plans(place(3 + i, "ocean", i % 2 == 0 ? null : "earth"));
    }
    assertThat(refused(place(99, "ocean", null), Rejection.Code.INVALID))
        .contains("12 changes of the place of domain ocean are planned already");
  }

  @Test
  void whatIsPlannedIsInTheDigestAndInAnImage() {
    SchedulerStory other = SchedulerStory.site();
    for (SchedulerStory each : List.of(story, other)) {
      each.does(domain("ocean", null));
    }
    long fromMs = story.nowMs + DAY_MS;
    PlannedChange.Place place = new PlannedChange.Place(code("ocean"), code("earth"));
    story.hears(new Input.PlanChange(SchedulerStory.OWNER, place, fromMs));
    other.hears(
        new Input.PlanChange(
            SchedulerStory.OWNER, new PlannedChange.Place(code("ocean"), null), fromMs));
    assertThat(story.machine.digest()).isNotEqualTo(other.machine.digest());
    SchedulerMachine again =
        SchedulerMachine.from(ImageCodec.decode(ImageCodec.encode(story.machine.image())));
    assertThat(again.digest()).isEqualTo(story.machine.digest());
    Decision made = again.decide(new Input.Tick(), fromMs);
    assertThat(made.facts()).hasSize(2);
    assertThat(made.facts().getFirst().event())
        .isEqualTo(new DomainDefined(code("ocean"), "ocean", code("earth")));
    assertThat(made.facts().getFirst().reason()).isEqualTo("planned change 1");
  }

  /**
   * Whatever is planned, withdrawn and said at once in any order: each change is made at its time,
   * and there is a tree of domains on each day.
   */
  @Test
  void thereIsATreeOnEachDayWhateverIsPlannedAndSaid() {
    List<String> codes = Arrays.asList("earth", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    int made = 0;
    int refused = 0;
    for (long seed = 1; seed <= 60; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      SchedulerStory each = SchedulerStory.site().withoutChecks();
      codes.subList(1, codes.size()).forEach(code -> each.does(domain(code, null)));
      for (int day = 0; day < 40; day++) {
        for (int i = random.nextInt(5); i > 0; i--) {
          String code = codes.get(random.nextInt(codes.size()));
          String parent = random.nextInt(5) == 0 ? null : codes.get(random.nextInt(codes.size()));
          Input input =
              switch (random.nextInt(6)) {
                case 0 -> domain(code, parent);
                case 1 -> withdraw(1 + random.nextInt(60));
                default ->
                    new Input.PlanChange(
                        SchedulerStory.OWNER,
                        new PlannedChange.Place(code(code), code(parent)),
                        each.nowMs + (1 + random.nextInt(12)) * DAY_MS);
              };
          refused += each.hears(input) instanceof Reply.Rejected ? 1 : 0;
        }
        each.after(DAY_MS);
        List<PlannedChange> due =
            each.machine.image().planned().changes().stream()
                .filter(change -> change.fromMs() <= each.nowMs)
                .toList();
        // The machine refuses a fact that would make a circle, and is of no use then.
        each.does(new Input.Tick());
        made += due.size();
        assertThat(each.machine.image().planned().changes())
            .allSatisfy(change -> assertThat(due).doesNotContain(change));
        assertThat(each.machine.image().domains())
            .allSatisfy(domain -> assertThat(depth(each, domain)).isLessThanOrEqualTo(8));
      }
    }
    assertThat(made).isGreaterThan(1_000);
    assertThat(refused).isGreaterThan(500);
  }

  private static int depth(SchedulerStory each, DomainDefined domain) {
    int depth = 1;
    for (DomainDefined at = domain; at.parent() != null && depth < 99; depth++) {
      DomainCode parent = at.parent();
      at =
          each.machine.image().domains().stream()
              .filter(other -> other.code().equals(parent))
              .findFirst()
              .orElseThrow();
    }
    return depth;
  }
}
