package org.queqiao.server.pki;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names as Slurm writes them, such as {@code cn[01-04,07],login1}: of a job over thousands of nodes
 * the plain list, which the environment holds several times, would be too long.
 */
final class HostList {
  private static final Pattern NUMBERED = Pattern.compile("(.*?)([0-9]{1,9})");

  private HostList() {}

  /** A stem, and what follows it as digits; of a name without digits the number is -1. */
  private record Split(String stem, String digits, long number) {
    static Split of(String name) {
      Matcher matcher = NUMBERED.matcher(name);
      return matcher.matches()
          ? new Split(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(2)))
          : new Split(name, "", -1);
    }

    /** Whether a range that begins with the other would name this one by its number. */
    boolean follows(Split first) {
      return first.number >= 0
          && number >= 0
          && stem.equals(first.stem)
          && digits.equals(padded(number, first.digits.length()));
    }
  }

  /** The list of these names, in their order. */
  static String of(List<String> names) {
    StringJoiner out = new StringJoiner(",");
    int index = 0;
    while (index < names.size()) {
      Split first = Split.of(names.get(index));
      StringJoiner ranges = new StringJoiner(",", first.stem() + "[", "]");
      long low = first.number();
      long high = low;
      int next = index + 1;
      for (; next < names.size(); next++) {
        Split each = Split.of(names.get(next));
        if (!each.follows(first)) {
          break;
        }
        if (each.number() != high + 1) {
          ranges.add(range(low, high, first.digits().length()));
          low = each.number();
        }
        high = each.number();
      }
      ranges.add(range(low, high, first.digits().length()));
      out.add(next == index + 1 ? names.get(index) : ranges.toString());
      index = next;
    }
    return out.toString();
  }

  private static String range(long low, long high, int width) {
    return padded(low, width) + (high > low ? "-" + padded(high, width) : "");
  }

  private static String padded(long number, int width) {
    return String.format(Locale.ROOT, "%0" + Math.max(1, width) + "d", number);
  }
}
