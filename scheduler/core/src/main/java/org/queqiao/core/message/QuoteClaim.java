package org.queqiao.core.message;

import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobQuote;

/**
 * The quote that a submission names.
 *
 * @param id as it is named
 * @param given the quote, or null where there is none of this name
 */
public record QuoteClaim(String id, Given given) {
  /**
   * A quote as it was given.
   *
   * @param quote what it says
   * @param user to whom
   * @param expiresMs the first moment at which it holds no more
   * @param shape for what
   */
  public record Given(JobQuote quote, UserName user, long expiresMs, QuotedShape shape) {}
}
