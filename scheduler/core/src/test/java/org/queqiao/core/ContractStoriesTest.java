package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.CLIMATE;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.Resource;
import org.queqiao.core.message.Input;

/** Contracts of projects, by which starts of jobs are priced. */
final class ContractStoriesTest {
  private static final long UNIT = 1_000_000;

  private final SchedulerStory story = SchedulerStory.site().inOrder();

  @BeforeEach
  void site() {
    story.node("n1", 16);
    story.account("finance2", -1, null, null, Role.FINANCE);
    story.does(new Input.DefineTariff(OWNER, new TariffDefined(BATCH, UNIT, "CNY", 0)));
    story.agreed(
        new MoneyChange.Price(
            new PriceItem(
                BATCH,
                null,
                UNIT / 2,
                "CNY",
                0,
                0,
                0,
                List.of(),
                new PriceTerms(Resource.CORES, "", "", "partner", false, false))));
    for (int i = 0; i < 2; i++) {
      long asOf = story.machine.state().position();
      story.does(new Input.TellBudgets(List.of(new BudgetTold(CLIMATE, 20 * UNIT, "CNY", asOf))));
    }
  }

  private static MoneyChange contract(String number, long fromMs, long toMs) {
    return new MoneyChange.Contract(
        new ContractTerms(number, CLIMATE, "partner", fromMs, toMs, "archive 17"));
  }

  private long availableMicro() {
    return story.machine.state().wallet(CLIMATE).orElseThrow().availableMicro();
  }

  @Test
  void whatIsHeldForAStartFollowsTheContractAcrossItsBeginAndItsEnd() {
    story.agreed(contract("HT-1", story.nowMs + HOUR_MS, story.nowMs + 3 * HOUR_MS));
    story.submits("liwei", script().limitMs(4 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    // One hour before it, two of it and one behind it.
    assertThat(availableMicro()).isEqualTo(20 * UNIT - UNIT - UNIT - UNIT);
  }

  @Test
  void aContractThatNoSecondPersonApprovedIsNone() {
    long proposal = story.proposed(contract("HT-1", 0, 0));
    assertThat(
            story
                .refuses(new Input.DecideMoney(user("finance1"), proposal, true, "my own"))
                .message())
        .contains("another person of finance");
    story.does(new Input.DecideMoney(user("finance2"), proposal, false, "not signed"));
    story.submits("liwei", script().limitMs(4 * HOUR_MS));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(availableMicro()).isEqualTo(16 * UNIT);
    assertThat(story.machine.image().money().contracts()).isEmpty();
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsField() {
    refuses(new ContractTerms("", CLIMATE, "x", 0, 0, ""), "number");
    refuses(new ContractTerms("HT-1", new ProjectName("nobody"), "x", 0, 0, ""), "project");
    refuses(new ContractTerms("HT-1", CLIMATE, "a b", 0, 0, ""), "customerClass");
    refuses(new ContractTerms("HT-1", CLIMATE, "x", story.nowMs - 1, 0, ""), "validFromMs");
    refuses(new ContractTerms("HT-1", CLIMATE, "x", 0, story.nowMs, ""), "validToMs");
    refuses(new ContractTerms("HT-1", CLIMATE, "x", 0, 0, "a\nb"), "documents");
  }

  private void refuses(ContractTerms terms, String field) {
    assertThat(
            story
                .refuses(
                    new Input.ProposeMoney(
                        user("finance1"), new MoneyChange.Contract(terms), "as agreed"))
                .field())
        .isEqualTo(field);
  }
}
