package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.BATCH;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.user;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.BillingDefined;
import org.queqiao.contract.event.BudgetTold;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;

/** By which calendar and in which currency bills are made is in the log. */
final class BillingStoriesTest {
  private static final BillingDefined SHANGHAI = new BillingDefined("Asia/Shanghai", 1, "CNY");

  private final SchedulerStory story = SchedulerStory.site();

  private static Input define(BillingDefined billing) {
    return new Input.DefineBilling(OWNER, billing);
  }

  private static Input price(String currency) {
    return new Input.DefineTariff(OWNER, new TariffDefined(BATCH, 40_000, currency, 0));
  }

  @Test
  void untilThereIsAPriceTheCalendarMayBeSaidAnewAndThenNoMore() {
    story.does(define(new BillingDefined("UTC", 4, "EUR")));
    story.does(define(SHANGHAI));
    story.doesWithoutFacts(define(SHANGHAI));
    assertThat(story.machine.image().money().billing()).isEqualTo(SHANGHAI);
    assertThat(story.refuses(price("EUR")).message())
        .isEqualTo("bills here are in CNY, not in EUR");
    story.does(price("CNY"));
    story.doesWithoutFacts(define(SHANGHAI));
    for (BillingDefined other :
        new BillingDefined[] {
          new BillingDefined("UTC", 1, "CNY"),
          new BillingDefined("Asia/Shanghai", 4, "CNY"),
          new BillingDefined("Asia/Shanghai", 1, "EUR")
        }) {
      Rejection refused = story.refuses(define(other));
      assertThat(refused.code()).isEqualTo(Rejection.Code.CONFLICT);
      assertThat(refused.message())
          .isEqualTo(
              "bills here are made by zone Asia/Shanghai, with fiscal years from month 1 and in"
                  + " CNY: said otherwise, the same log would make other bills");
    }
  }

  @Test
  void aLogFromBeforeSaysItWithItsPricesAndNotInAnotherCurrency() {
    story.does(price("CNY"));
    assertThat(story.refuses(define(new BillingDefined("UTC", 1, "EUR"))).message())
        .isEqualTo("prices here are in CNY, not in EUR");
    story.does(define(SHANGHAI));
  }

  @Test
  void aLogFromBeforeWithWalletsInTwoCurrenciesAndNoPriceSaysIt() {
    for (String project : List.of("climate", "materials")) {
      String currency = project.equals("climate") ? "CNY" : "EUR";
      story.apply(Actor.SCHEDULER, new BudgetTold(new ProjectName(project), 0, currency, 0));
    }
    story.does(define(SHANGHAI));
    assertThat(story.machine.image().money().billing()).isEqualTo(SHANGHAI);
    // A price would be taken from wallets that have another money.
    assertThat(story.refuses(price("CNY")).message())
        .isEqualTo("the wallet of project materials is in EUR, not in CNY");
  }

  @Test
  void onlyTheConfigurationSaysIt() {
    Input byFinance = new Input.DefineBilling(user("finance1"), SHANGHAI);
    assertThat(story.refuses(byFinance).code()).isEqualTo(Rejection.Code.FORBIDDEN);
    assertThat(story.refuses(define(new BillingDefined("UTC", 13, "CNY"))).field())
        .isEqualTo("fiscalYearStart");
    assertThat(story.refuses(define(new BillingDefined("", 1, "CNY"))).field()).isEqualTo("zone");
    assertThat(story.refuses(define(new BillingDefined("UTC", 1, "yuan"))).field())
        .isEqualTo("currency");
  }
}
