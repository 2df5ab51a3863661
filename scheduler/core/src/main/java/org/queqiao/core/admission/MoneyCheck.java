package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.WalletFunded;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;

/** Prices and funding. Amounts are integers in micro-units; a price never changes the past. */
public final class MoneyCheck {
  /** A million units of the currency per core-hour: above any price, below any overflow. */
  private static final long MAX_PRICE_MICRO = 1_000_000_000_000L;

  /** A thousand million units of the currency at once. */
  private static final long MAX_FUNDING_MICRO = 1_000_000_000_000_000L;

  private static final int MAX_REASON_CHARACTERS = 256;
  private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

  private final Cluster cluster;
  private final Permissions permissions;

  public MoneyCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  public Decision decide(Input.DefineTariff input, long nowMs) {
    TariffDefined tariff = input.tariff();
    if (!permissions.permit(input.actor(), new Action.DefineTariff())) {
      return Rejections.forbidden("only finance sets prices");
    }
    if (cluster.policy().partition(tariff.partition()).isEmpty()) {
      return Rejections.invalid("partition", "there is no partition " + tariff.partition());
    }
    if (tariff.priceMicroPerCoreHour() < 0 || tariff.priceMicroPerCoreHour() > MAX_PRICE_MICRO) {
      return Rejections.invalid(
          "priceMicroPerCoreHour",
          "a price is from 0 to "
              + MAX_PRICE_MICRO
              + " micro-units, not "
              + tariff.priceMicroPerCoreHour());
    }
    Optional<Decision> wrong = wrongCurrency(tariff.currency());
    if (wrong.isPresent()) {
      return wrong.get();
    }
    long validFromMs = tariff.validFromMs() == 0 ? nowMs : tariff.validFromMs();
    if (validFromMs < nowMs) {
      return Rejections.invalid(
          "validFromMs",
          "a price cannot begin in the past ("
              + validFromMs
              + ", now is "
              + nowMs
              + "): what ran before keeps its price; 0 begins at once");
    }
    TariffDefined effective =
        new TariffDefined(
            tariff.partition(), tariff.priceMicroPerCoreHour(), tariff.currency(), validFromMs);
    for (TariffDefined each : cluster.policy().tariffsOf(tariff.partition())) {
      if (each.validFromMs() == validFromMs) {
        return each.equals(effective)
            ? Decision.unchanged()
            : Rejections.conflict(
                "validFromMs",
                "partition "
                    + tariff.partition()
                    + " has another price from this instant on:"
                    + " choose another instant");
      }
    }
    return Decision.done(List.of(new Fact(input.actor(), effective)));
  }

  public Decision decide(Input.FundWallet input) {
    WalletFunded funding = input.funding();
    if (!permissions.permit(input.actor(), new Action.FundWallet())) {
      return Rejections.forbidden("only finance funds wallets");
    }
    if (cluster.accounts().project(funding.project()).isEmpty()) {
      return Rejections.invalid("project", "there is no project " + funding.project());
    }
    if (funding.amountMicro() <= 0 || funding.amountMicro() > MAX_FUNDING_MICRO) {
      return Rejections.invalid(
          "amountMicro",
          "an amount is from 1 to "
              + MAX_FUNDING_MICRO
              + " micro-units, not "
              + funding.amountMicro());
    }
    String problem = TextRules.problemOfLine(funding.reason(), MAX_REASON_CHARACTERS);
    if (problem != null) {
      return Rejections.invalid("reason", "the reason " + problem + ": say why");
    }
    return wrongCurrency(funding.currency())
        .orElseGet(() -> Decision.done(List.of(new Fact(input.actor(), funding))));
  }

  /** One currency for the whole site: wallets could not pay prices of another. */
  private Optional<Decision> wrongCurrency(String currency) {
    if (!CURRENCY.matcher(currency).matches()) {
      return Optional.of(
          Rejections.invalid("currency", "a currency is an ISO 4217 code, such as CNY"));
    }
    List<TariffDefined> tariffs = cluster.policy().tariffs();
    return tariffs.isEmpty() || tariffs.getFirst().currency().equals(currency)
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "currency",
                "prices here are in " + tariffs.getFirst().currency() + ", not in " + currency));
  }
}
