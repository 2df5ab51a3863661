package org.queqiao.core.admission;

import java.util.Optional;
import java.util.regex.Pattern;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.PriceTier;
import org.queqiao.contract.money.Resource;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** Whether the terms of a price fit the resource that it is of. */
public final class PriceTermsCheck {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}");
  private static final Pattern DEVICE =
      Pattern.compile(WORD.pattern() + "(:" + WORD.pattern() + ")?");

  /** An hour of a device may be a thousand standard core-hours. */
  private static final long MAX_PERMILLE = 1_000_000;

  private static final int MAX_TIERS = 12;
  private static final int MONTHS = 12;

  /** Far more than any machine gives in a year. */
  private static final long MAX_HOURS = 1_000_000_000_000L;

  private PriceTermsCheck() {}

  /** Why a line of the table of standard core-hours makes no sense, or nothing. */
  static Optional<Decision> wrong(MoneyChange.Conversion each) {
    if (each.resource() != Resource.CORES && each.resource() != Resource.ACCELERATORS) {
      return Optional.of(
          Rejections.invalid(
              "resource", each.resource() + " is no core-hours: name CORES or ACCELERATORS"));
    }
    if (each.standardPermille() < 0 || each.standardPermille() > MAX_PERMILLE) {
      return Optional.of(
          Rejections.invalid(
              "standardPermille",
              "one hour is from 0 to "
                  + MAX_PERMILLE
                  + " thousandths of a standard core-hour, not "
                  + each.standardPermille()));
    }
    return wrongDevice(each.resource(), each.device())
        .or(() -> wrongWord("nodeType", each.nodeType()));
  }

  private static Optional<Decision> wrongDevice(Resource resource, String device) {
    if (resource != Resource.ACCELERATORS && !device.isEmpty()) {
      return Optional.of(Rejections.invalid("device", "only ACCELERATORS name a device"));
    }
    return device.isEmpty() || DEVICE.matcher(device).matches()
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "device",
                "'" + device + "' is no device: write a name, as gpu, or name:type, as gpu:a100"));
  }

  /** Why a price is none that could be proposed, as far as its terms say it, or nothing. */
  public static Optional<Rejection> wrong(PriceItem item) {
    return wrong(item.terms())
        .or(() -> wrongReserved(item))
        .map(each -> ((Reply.Rejected) each.reply()).rejection());
  }

  static Optional<Decision> wrong(PriceTerms terms) {
    boolean cores = terms.resource() == Resource.CORES;
    Optional<Decision> device = wrongDevice(terms.resource(), terms.device());
    if (device.isPresent()) {
      return device;
    }
    if (terms.blockedShare() && !cores) {
      return Optional.of(
          Rejections.invalid("blockedShare", "only a price of CORES counts the blocked share"));
    }
    if (terms.whileSuspended() && cores) {
      return Optional.of(
          Rejections.invalid(
              "whileSuspended",
              "whether cores are billed while a run is suspended is the job policy's to say, not a"
                  + " price's"));
    }
    return wrongWord("nodeType", terms.nodeType())
        .or(() -> wrongWord("customerClass", terms.customerClass()))
        .or(() -> wrongTiers(terms))
        .or(() -> wrongEnergy(terms))
        .or(() -> wrongMinimum(terms));
  }

  private static Optional<Decision> wrongEnergy(PriceTerms terms) {
    if (terms.resource() != Resource.ENERGY
        || (!terms.whileSuspended() && terms.nodeType().isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(
        Rejections.invalid(
            terms.whileSuspended() ? "whileSuspended" : "nodeType",
            "energy is that of a run, whenever and wherever it took it"));
  }

  /** Why a price of time that a reservation keeps makes no sense, or nothing. */
  static Optional<Decision> wrongReserved(PriceItem item) {
    PriceTerms terms = item.terms();
    if (terms.resource() != Resource.RESERVED) {
      return Optional.empty();
    }
    if (item.partition() != null || item.qos() != null) {
      return Optional.of(
          Rejections.invalid(
              item.partition() != null ? "partition" : "qos",
              "a reservation is of no partition and no quality of service: name nodeType or"
                  + " customerClass"));
    }
    if (terms.whileSuspended() || !terms.tiers().isEmpty()) {
      return Optional.of(
          Rejections.invalid(
              terms.whileSuspended() ? "whileSuspended" : "tiers",
              "a price of RESERVED has none: nobody runs in that time"));
    }
    return Optional.empty();
  }

  private static Optional<Decision> wrongTiers(PriceTerms terms) {
    if (terms.yearStart() < 0 || terms.yearStart() > MONTHS) {
      return Optional.of(
          Rejections.invalid("tierPeriod", "a year of volume begins in month 1 to 12"));
    }
    boolean wrong = terms.tiers().size() > MAX_TIERS;
    long before = 0;
    for (PriceTier each : terms.tiers()) {
      wrong |=
          each.fromHours() <= before
              || each.fromHours() > MAX_HOURS
              || each.microPerHour() < 0
              || each.microPerHour() > MoneyCheck.MAX_PRICE_MICRO;
      before = each.fromHours();
    }
    return wrong
        ? Optional.of(
            Rejections.invalid(
                "tiers",
                "at most "
                    + MAX_TIERS
                    + " tiers, each from more hours than the one before, at most "
                    + MAX_HOURS
                    + ", with a price from 0 to "
                    + MoneyCheck.MAX_PRICE_MICRO))
        : Optional.empty();
  }

  private static Optional<Decision> wrongMinimum(PriceTerms terms) {
    boolean wrong =
        terms.minimumMicro() < 0
            || terms.minimumMicro() > MoneyCheck.MAX_PRICE_MICRO
            || terms.minimumMicro() > 0 && terms.resource() != Resource.CORES;
    return wrong
        ? Optional.of(
            Rejections.invalid(
                "minimumMicro",
                "the least that a run costs is with a price of CORES, from 0 to "
                    + MoneyCheck.MAX_PRICE_MICRO
                    + " micro-units"))
        : Optional.empty();
  }

  /** Why a text that may be empty is no word, or nothing. */
  static Optional<Decision> wrongWord(String field, String word) {
    return word.isEmpty() || WORD.matcher(word).matches()
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                field, "'" + word + "' is no word for it: it must match " + WORD.pattern()));
  }
}
