package org.queqiao.core.placement;

import java.util.Collections;
import java.util.NavigableSet;
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
