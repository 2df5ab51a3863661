package org.queqiao.server.http;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.job.WarningSignal;

/** A warning signal as clients write it: an object in JSON, {@code B:USR1@60} as a parameter. */
final class WarningText {
  private static final Pattern FORM =
      Pattern.compile("(B:)?(?:SIG)?([A-Za-z0-9]{1,8})(?:@([0-9]{1,5}))?");

  /** As in Slurm. */
  private static final long DEFAULT_SECONDS = 60;

  private WarningText() {}

  static WarningSignal of(Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof Map<?, ?> fields) {
      long seconds = fields.get("secondsBefore") instanceof Long given ? given : DEFAULT_SECONDS;
      return new WarningSignal(
          WarningSignal.Name.valueOf((String) fields.get("name")),
          Math.multiplyExact(seconds, 1000L),
          Boolean.TRUE.equals(fields.get("batchOnly")));
    }
    Matcher matcher = FORM.matcher((String) value);
    WarningSignal.Name name = matcher.matches() ? named(matcher.group(2)) : null;
    if (name == null) {
      throw Refused.invalid(
          "signal",
          "signal must be like USR1, USR1@60 or B:10@60: HUP (1), INT (2), USR1 (10), USR2 (12) or"
              + " CONT (18); TERM comes at the end anyway");
    }
    long seconds = matcher.group(3) == null ? DEFAULT_SECONDS : Long.parseLong(matcher.group(3));
    return new WarningSignal(name, seconds * 1000, matcher.group(1) != null);
  }

  /** By name in any case, or by number, as Slurm takes them. */
  private static WarningSignal.Name named(String word) {
    for (WarningSignal.Name each : WarningSignal.Name.values()) {
      if (each.name().equals(word.toUpperCase(Locale.ROOT))
          || String.valueOf(each.number()).equals(word)) {
        return each;
      }
    }
    return null;
  }
}
