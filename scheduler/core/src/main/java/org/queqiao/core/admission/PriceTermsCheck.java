package org.queqiao.core.admission;

import java.util.Optional;
import java.util.regex.Pattern;
import org.queqiao.contract.money.PriceTerms;
import org.queqiao.contract.money.Resource;
import org.queqiao.core.message.Decision;

/** Whether the terms of a price fit the resource that it is of. */
final class PriceTermsCheck {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}");
  private static final Pattern DEVICE =
      Pattern.compile(WORD.pattern() + "(:" + WORD.pattern() + ")?");

  private PriceTermsCheck() {}

  static Optional<Decision> wrong(PriceTerms terms) {
    boolean cores = terms.resource() == Resource.CORES;
    if (terms.resource() != Resource.ACCELERATORS && !terms.device().isEmpty()) {
      return Optional.of(
          Rejections.invalid("device", "only a price of ACCELERATORS names a device"));
    }
    if (!terms.device().isEmpty() && !DEVICE.matcher(terms.device()).matches()) {
      return Optional.of(
          Rejections.invalid(
              "device",
              "'"
                  + terms.device()
                  + "' is no device: write a name, as gpu, or name:type, as"
                  + " gpu:a100"));
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
        .or(() -> wrongWord("customerClass", terms.customerClass()));
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
