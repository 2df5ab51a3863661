package org.queqiao.accounting.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.accounting.ledger.AllowanceBook;
import org.queqiao.accounting.ledger.Budget;
import org.queqiao.contract.id.BudgetName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.AllowanceKind;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;
import org.queqiao.contract.price.Covering;

/** What budgets and wallets have come to. */
final class WatchTest {
  private static final ProjectName CLIMATE = new ProjectName("climate");

  private static BudgetUse use(long used, String from, String to) {
    BudgetTerms terms =
        new BudgetTerms(
            new BudgetName("b"),
            CLIMATE,
            new UserName("li"),
            BudgetUnit.MONEY,
            10_000_000,
            0,
            "CNY",
            from,
            to,
            false);
    return new BudgetUse(
        terms,
        "USER:f",
        1,
        "why",
        17,
        BigInteger.valueOf(used),
        BigInteger.valueOf(500_000),
        "2026-11");
  }

  @Test
  void theHighestLevelThatIsUsedIsTold() {
    assertThat(level(4_999_999)).isZero();
    assertThat(level(5_000_000)).isEqualTo(50);
    assertThat(level(7_999_999)).isEqualTo(50);
    assertThat(level(8_000_000)).isEqualTo(80);
    assertThat(level(9_999_999)).isEqualTo(80);
    assertThat(level(10_000_000)).isEqualTo(100);
    assertThat(level(70_000_000)).isEqualTo(100);
  }

  private static int level(long used) {
    return Watch.budgets(List.of(use(used, "", ""))).stream().mapToInt(Standing::level).sum();
  }

  @Test
  void anotherPeriodIsAnotherSubjectAndOutsideOfItNothingIsTold() {
    Standing month = Watch.budgets(List.of(use(8_100_000, "", ""))).getFirst();
    assertThat(month.subject()).isEqualTo("budget/b/17/2026-11");
    assertThat(month.title()).isEqualTo("Budget b: 80 % used");
    assertThat(month.body())
        .isEqualTo(
            "Of budget b (project climate, user li, 2026-11) 8.1 CNY of 10 CNY are used. Running"
                + " jobs may still take 0.5 CNY.");
    Standing year = Watch.budgets(List.of(use(8_100_000, "2026-04", "2027-03"))).getFirst();
    assertThat(year.subject()).isEqualTo("budget/b/17/2026-04 to 2027-03");
    assertThat(Watch.budgets(List.of(use(8_100_000, "2027-04", "2028-03")))).isEmpty();
  }

  @Test
  void aWalletIsLowBelowTheAmountWithItsCreditLine() {
    assertThat(low(4_999_999, 0)).isEqualTo(1);
    assertThat(low(6_250_000, 0)).isZero();
    assertThat(low(-1_000_000, 7_250_000)).isZero();
    assertThat(Watch.wallets(List.of(new Budget(CLIMATE, "CNY", -5, 0)), 0).getFirst().level())
        .isZero();
  }

  @Test
  void coreHoursAreToldWithinTheirTimeAsLongAsSomeAreLeft() {
    assertThat(expiring(1_000, 7_200_000, 899)).isZero();
    assertThat(expiring(1_000, 7_200_000, 900)).isEqualTo(1);
    assertThat(expiring(1_000, 7_200_000, 999)).isEqualTo(1);
    assertThat(expiring(1_000, 7_200_000, 1_000)).isZero();
    assertThat(expiring(1_000, 0, 950)).isZero();
    assertThat(expiring(0, 7_200_000, 950)).isZero();
  }

  private static int expiring(long endMs, long leftMs, long nowMs) {
    Allowance reward = new Allowance(CLIMATE, AllowanceKind.REWARD, 9_000_000, null, 0, endMs);
    return Watch.expiring(
            List.of(new AllowanceBook.Row(new Covering.Left(5, reward, leftMs), 0)),
            nowMs,
            100,
            ZoneId.of("Asia/Shanghai"))
        .size();
  }

  /**
   * A start takes it below the mark, an end back above: it stays what it was until it is well
   * above.
   */
  @Test
  void aWalletNearTheMarkStaysWhatItWas() {
    assertThat(near(5_000_000)).isEmpty();
    assertThat(near(6_249_999)).isEmpty();
    assertThat(near(6_250_000)).hasSize(1);
    assertThat(near(4_999_999)).hasSize(1);
  }

  private static List<Standing> near(long balance) {
    return Watch.wallets(List.of(new Budget(CLIMATE, "CNY", balance, 0)), 5_000_000);
  }

  private static int low(long balance, long credit) {
    return Watch.wallets(List.of(new Budget(CLIMATE, "CNY", balance, credit)), 5_000_000)
        .getFirst()
        .level();
  }
}
