package org.queqiao.server.http;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.core.forecast.Quote;
import org.queqiao.core.message.JobCost;
import org.queqiao.core.message.QuoteClaim;

/**
 * The quotes that were given and still hold. They are kept in memory: a submission that names one
 * writes what it says into the log, and after a restart a client asks again. For any threads.
 */
final class GivenQuotes {
  /** For so long a quote holds. */
  static final long HOLDS_MS = 15 * 60_000;

  /** So many are kept of one account; the oldest goes first. */
  static final int MAX_OF_USER = 100;

  /** So many are kept in all; the oldest goes first. */
  static final int MAX = 10_000;

  private static final int ID_BYTES = 12;

  private final SecureRandom random = new SecureRandom();
  private final Map<String, QuoteClaim.Given> given = new LinkedHashMap<>();

  /** Keeps a quote and names it; null where its amount fits no posting. */
  synchronized QuoteClaim.Given give(Quote quote, UserName user, long nowMs) {
    JobCost cost = quote.cost();
    if (cost.maxMicro().bitLength() >= Long.SIZE) {
      return null;
    }
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    QuoteClaim.Given kept =
        new QuoteClaim.Given(
            new JobQuote(
                "q-" + HexFormat.of().formatHex(id),
                nowMs,
                cost.maxMicro().longValueExact(),
                cost.expectedMicro().longValueExact(),
                cost.currency()),
            user,
            nowMs + HOLDS_MS,
            quote.shape());
    makeRoom(user, nowMs);
    given.put(kept.quote().id(), kept);
    return kept;
  }

  private void makeRoom(UserName user, long nowMs) {
    given.values().removeIf(each -> each.expiresMs() + HOLDS_MS <= nowMs);
    long own = given.values().stream().filter(each -> each.user().equals(user)).count();
    Iterator<QuoteClaim.Given> oldest = given.values().iterator();
    while (oldest.hasNext() && own >= MAX_OF_USER) {
      if (oldest.next().user().equals(user)) {
        oldest.remove();
        own--;
      }
    }
    if (given.size() >= MAX) {
      given.remove(given.keySet().iterator().next());
    }
  }

  /** What a submission that names a quote claims. */
  synchronized QuoteClaim claim(String id) {
    return id == null ? null : new QuoteClaim(id, given.get(id));
  }
}
