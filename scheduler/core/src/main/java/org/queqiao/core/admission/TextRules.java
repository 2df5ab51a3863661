package org.queqiao.core.admission;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What text from outside must be like, and which known name a wrong one is near to. */
final class TextRules {
  /** The longest path, in bytes of UTF-8: the limit of Linux. */
  static final int MAX_PATH_BYTES = 4096;

  private static final int NEAR = 3;

  /** How many known names are told where none is near. */
  static final int LISTED = 10;

  private TextRules() {}

  /** Names and reasons for people: what is wrong with the text, or null. */
  static String problemOfLine(String text, int maxCharacters) {
    if (text.isBlank()) {
      return "is empty or only spaces";
    }
    if (text.codePointCount(0, text.length()) > maxCharacters) {
      return "is longer than " + maxCharacters + " characters";
    }
    return problemOfCharacters(text);
  }

  /** Paths: what is wrong with the text, or null. */
  static String problemOfPath(String path) {
    if (path.isBlank()) {
      return "is only spaces";
    }
    String problem = problemOfCharacters(path);
    if (problem != null) {
      return problem;
    }
    return path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES
        ? "is longer than " + MAX_PATH_BYTES + " bytes"
        : null;
  }

  /** What cannot be shown on one line or not be written as UTF-8: the problem, or null. */
  static String problemOfCharacters(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return "has a control character (code " + (int) text.charAt(i) + ") at index " + i;
      }
    }
    return isWellFormed(text) ? null : "has half of a surrogate pair, which is no character";
  }

  /** Whether the text can be written as UTF-8 and read back the same. */
  static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char here = text.charAt(i);
      if (Character.isHighSurrogate(here)) {
        i++;
        if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      } else if (Character.isLowSurrogate(here)) {
        return false;
      }
    }
    return true;
  }

  /** At most so many characters of a text, none of them halved. */
  static String cut(String text, int maxCharacters) {
    if (text.length() <= maxCharacters) {
      return text;
    }
    boolean halves = Character.isHighSurrogate(text.charAt(maxCharacters - 1));
    return text.substring(0, halves ? maxCharacters - 1 : maxCharacters);
  }

  /** What a node said, as one line that can be shown. */
  static String line(String said, int maxCharacters) {
    StringBuilder out = new StringBuilder();
    said.codePoints()
        .map(c -> Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? ' ' : c)
        .forEach(out::appendCodePoint);
    return cut(out.toString().strip(), maxCharacters);
  }

  /** "; did you mean a, b?" for the nearest known names, or an empty text when none is near. */
  static String didYouMean(String wrong, Collection<String> known) {
    List<String> near = new ArrayList<>();
    for (String name : known) {
      if (distance(wrong, name) <= Math.max(2, wrong.length() / 3)) {
        near.add(name);
      }
    }
    near.sort(
        Comparator.comparingInt((String name) -> distance(wrong, name))
            .thenComparing(Comparator.naturalOrder()));
    List<String> few = near.subList(0, Math.min(NEAR, near.size()));
    return few.isEmpty() ? "" : "; did you mean " + String.join(", ", few) + "?";
  }

  /** As {@link #didYouMean}, or some of the known names when none is near. */
  static String didYouMeanOneOf(String wrong, Collection<String> known) {
    String near = didYouMean(wrong, known);
    if (!near.isEmpty() || known.isEmpty()) {
      return near;
    }
    int more = known.size() - LISTED;
    return known.stream()
        .sorted()
        .limit(LISTED)
        .collect(Collectors.joining(", ", ": there is ", more > 0 ? " and " + more + " more" : ""));
  }

  /** Edits of one character that turn one text into the other (Levenshtein). */
  private static int distance(String left, String right) {
    int[] above = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] row = new int[right.length() + 1];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(above[j - 1] + change, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[right.length()];
  }
}
