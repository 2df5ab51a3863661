package org.queqiao.core.admission;

import java.util.Optional;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.QuoteClaim;
import org.queqiao.core.message.QuotedShape;

/** Whether a submission may go under the quote that it names. */
final class QuoteCheck {
  private static final String FIELD = "quoteId";

  /** Longer values are not shown. */
  private static final int SHOWN = 64;

  private QuoteCheck() {}

  /** Why not, if so. */
  static Optional<Decision> refuse(QuoteClaim claim, UserName user, JobSpec spec, long nowMs) {
    if (claim == null) {
      return Optional.empty();
    }
    QuoteClaim.Given given = claim.given();
    if (given == null || !given.user().equals(user)) {
      return Optional.of(
          Rejections.invalid(
              FIELD,
              "there is no quote "
                  + claim.id()
                  + " that account "
                  + user
                  + " was given and that still holds: ask for a new one"));
    }
    if (nowMs >= given.expiresMs()) {
      return Optional.of(
          Rejections.invalid(
              FIELD,
              "quote "
                  + claim.id()
                  + " held until "
                  + given.expiresMs()
                  + " and it is "
                  + nowMs
                  + ": ask for a new one"));
    }
    QuotedShape asked = QuotedShape.of(spec);
    return given
        .shape()
        .differsIn(asked)
        .map(part ->
            Rejections.invalid(
                FIELD,
                "quote "
                    + claim.id()
                    + " is for another submission, which differs in "
                    + part
                    + differs(given.shape().parts().get(part), asked.parts().get(part))));
  }

  private static String differs(String given, String asked) {
    return given.length() > SHOWN || asked.length() > SHOWN
        ? ""
        : ": '" + given + "' there, '" + asked + "' here";
  }
}
