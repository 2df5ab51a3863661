package org.queqiao.core.admission;

import java.util.Optional;
import java.util.regex.Pattern;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Wallet;

/** One currency for the whole site: wallets could not pay prices of another. */
final class SiteCurrency {
  private static final Pattern FORM = Pattern.compile("[A-Z]{3}");

  private SiteCurrency() {}

  /** Why a currency is not that of the site, or nothing. */
  static Optional<Decision> wrong(Cluster cluster, String currency) {
    Optional<Decision> bad = badForm(currency);
    if (bad.isPresent()) {
      return bad;
    }
    Optional<String> priced = ofPrices(cluster);
    if (priced.isPresent()) {
      return notOfPrices(priced.get(), currency);
    }
    for (Wallet each : cluster.wallets().all()) {
      if (!each.currency().equals(currency)) {
        return Optional.of(
            Rejections.invalid(
                "currency",
                "the wallet of project "
                    + each.project()
                    + " is in "
                    + each.currency()
                    + ", not in "
                    + currency));
      }
    }
    return cluster
        .money()
        .billing()
        .filter(stated -> !stated.currency().equals(currency))
        .map(stated ->
            Rejections.invalid(
                "currency", "bills here are in " + stated.currency() + ", not in " + currency));
  }

  /**
   * Why bills cannot be in a currency where nothing was stated yet, or nothing. Wallets are not
   * asked: those of a log from before may be in two, and no word could be that of both.
   */
  static Optional<Decision> wrongAtFirst(Cluster cluster, String currency) {
    return badForm(currency)
        .or(() -> ofPrices(cluster).flatMap(priced -> notOfPrices(priced, currency)));
  }

  private static Optional<String> ofPrices(Cluster cluster) {
    return cluster.policy().tariffs().stream()
        .map(TariffDefined::currency)
        .findFirst()
        .or(() -> cluster.money().items().stream().map(each -> each.item().currency()).findFirst());
  }

  private static Optional<Decision> notOfPrices(String priced, String currency) {
    return priced.equals(currency)
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "currency", "prices here are in " + priced + ", not in " + currency));
  }

  /** Why a text is no currency, or nothing. */
  static Optional<Decision> badForm(String currency) {
    return FORM.matcher(currency).matches()
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid("currency", "a currency is an ISO 4217 code, such as CNY"));
  }
}
