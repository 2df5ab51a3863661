package org.queqiao.server.http;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.job.WarningSignal;

/** A warning signal as clients write it: an object in JSON, {@code B:USR1@60} as a parameter. */
final class WarningText {
  private static final Pattern FORM = Pattern.compile("(B:)?([A-Za-z0-9]{1,9})(?:@([0-9]{1,5}))?");

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
          number("signal.name", (String) fields.get("name")),
          Math.multiplyExact(seconds, 1000L),
          Boolean.TRUE.equals(fields.get("batchOnly")));
    }
    Matcher matcher = FORM.matcher((String) value);
    if (!matcher.matches()) {
      throw Refused.invalid("signal", "signal must be like USR1, USR1@60 or B:10@60");
    }
    long seconds = matcher.group(3) == null ? DEFAULT_SECONDS : Long.parseLong(matcher.group(3));
    return new WarningSignal(
        number("signal", matcher.group(2)), seconds * 1000, matcher.group(1) != null);
  }

  private static int number(String field, String word) {
    int number = WarningSignal.numberOf(word);
    if (number == 0) {
      throw Refused.invalid(
          field,
          field
              + " must be like USR1 or 10, a number from 1 to "
              + WarningSignal.MAX_NUMBER
              + " or one of "
              + WarningSignal.all());
    }
    return number;
  }
}
