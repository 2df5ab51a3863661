package org.queqiao.core.placement;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;

/**
 * Names of nodes as Slurm writes them: parts joined by commas, where a part may have one bracket
 * with numbers and ranges, such as {@code cn[001-004,7],gn7}. A range keeps the digits of its first
 * number.
 */
public final class HostList {
  /** How many names one list may stand for. */
  public static final int MAX_NAMES = 100_000;

  /** How long its text may be. */
  public static final int MAX_CHARACTERS = 65_536;

  private static final int MAX_DIGITS = 9;

  private final String text;
  private final TreeSet<NodeName> names = new TreeSet<>();
  private int at;

  private HostList(String text) {
    this.text = text;
  }

  /**
   * The names that a text stands for.
   *
   * @throws IllegalArgumentException that says what is wrong with the text
   */
  public static NavigableSet<NodeName> parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException("has more than " + MAX_CHARACTERS + " characters");
    }
    HostList list = new HostList(text);
    list.parts();
    return Collections.unmodifiableNavigableSet(list.names);
  }

  /** A text that stands for these names, in which numbers that follow each other are a range. */
  public static String of(Collection<NodeName> names) {
    TreeMap<Pattern, TreeSet<Numbered>> byPattern = new TreeMap<>();
    for (NodeName each : names) {
      Numbered name = Numbered.of(each.value());
      byPattern.computeIfAbsent(name.pattern(), _ -> new TreeSet<>()).add(name);
    }
    StringBuilder out = new StringBuilder();
    byPattern.forEach((pattern, all) -> {
      out.append(out.isEmpty() ? "" : ",").append(pattern.prefix());
      boolean bracket = all.size() > 1;
      out.append(bracket ? "[" : "");
      ranges(all, out);
      out.append(bracket ? "]" : "").append(pattern.suffix());
    });
    return out.toString();
  }

  private static void ranges(TreeSet<Numbered> names, StringBuilder out) {
    Numbered first = null;
    Numbered last = null;
    for (Numbered each : names) {
      if (first == null || !each.digits().equals(padded(last.number() + 1, first.width()))) {
        close(first, last, out);
        out.append(first == null ? "" : ",").append(each.digits());
        first = each;
      }
      last = each;
    }
    close(first, last, out);
  }

  private static void close(Numbered first, Numbered last, StringBuilder out) {
    if (first != last) {
      out.append('-').append(last.digits());
    }
  }

  /** What stands around the number of a name, if it has one. */
  private record Pattern(String prefix, String suffix, boolean numbered)
      implements Comparable<Pattern> {
    @Override
    public int compareTo(Pattern other) {
      int byPrefix = prefix.compareTo(other.prefix);
      int bySuffix = byPrefix != 0 ? byPrefix : suffix.compareTo(other.suffix);
      return bySuffix != 0 ? bySuffix : Boolean.compare(numbered, other.numbered);
    }
  }

  /** A name, with its last number; one without a number is all prefix. */
  private record Numbered(Pattern pattern, String digits) implements Comparable<Numbered> {
    static Numbered of(String name) {
      int beyond = name.length();
      while (beyond > 0 && !isDigit(name.charAt(beyond - 1))) {
        beyond--;
      }
      int from = beyond;
      while (from > 0 && beyond - from < MAX_DIGITS && isDigit(name.charAt(from - 1))) {
        from--;
      }
      return beyond == 0
          ? new Numbered(new Pattern(name, "", false), "")
          : new Numbered(
              new Pattern(name.substring(0, from), name.substring(beyond), true),
              name.substring(from, beyond));
    }

    private static boolean isDigit(char each) {
      return each >= '0' && each <= '9';
    }

    int number() {
      return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    int width() {
      return digits.length();
    }

    @Override
    public int compareTo(Numbered other) {
      int byNumber = Integer.compare(number(), other.number());
      return byNumber != 0 ? byNumber : Integer.compare(width(), other.width());
    }
  }

  private void parts() {
    part();
    while (at < text.length()) {
      expect(',');
      part();
    }
  }

  private void part() {
    String prefix = plain();
    if (at == text.length() || text.charAt(at) == ',') {
      add(prefix);
      return;
    }
    expect('[');
    int from = at;
    int close = text.indexOf(']', from);
    if (close < 0) {
      throw wrong("has a bracket that is not closed");
    }
    at = close + 1;
    String suffix = plain();
    int beyond = at;
    at = from;
    range(prefix, suffix);
    while (at < close) {
      expect(',');
      range(prefix, suffix);
    }
    at = beyond;
  }

  private String plain() {
    int from = at;
    while (at < text.length() && ",[]".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(from, at);
  }

  private void range(String prefix, String suffix) {
    String first = digits();
    if (at < text.length() && text.charAt(at) == '-') {
      at++;
      String last = digits();
      int to = Integer.parseInt(last);
      int number = Integer.parseInt(first);
      if (to < number) {
        throw wrong("has a range that goes from " + first + " down to " + last);
      }
      for (; number <= to; number++) {
        add(prefix + padded(number, first.length()) + suffix);
      }
    } else {
      add(prefix + first + suffix);
    }
  }

  private String digits() {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == from || at - from > MAX_DIGITS) {
      throw wrong("needs a number of 1 to " + MAX_DIGITS + " digits");
    }
    return text.substring(from, at);
  }

  private static String padded(int number, int width) {
    String digits = Integer.toString(number);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }

  private void add(String name) {
    if (!NodeName.FORM.matcher(name).matches()) {
      throw wrong("has a name that is no name of a node");
    }
    names.add(new NodeName(name));
    if (names.size() > MAX_NAMES) {
      throw new IllegalArgumentException("stands for more than " + MAX_NAMES + " nodes");
    }
  }

  private void expect(char wanted) {
    if (at == text.length() || text.charAt(at) != wanted) {
      throw wrong("needs a '" + wanted + "'");
    }
    at++;
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(
        what + " at character " + (at + 1) + ": it is written like cn[001-004,7],gn7");
  }
}
