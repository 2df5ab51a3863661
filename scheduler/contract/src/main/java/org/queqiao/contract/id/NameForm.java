package org.queqiao.contract.id;

/**
 * Whether a text has the form of a name, character by character: the names of a million jobs are
 * looked at when they are read, for which a regular expression is slow.
 */
final class NameForm {
  private NameForm() {}

  /** The form {@code [a-z][a-z0-9_.-]*} of at most so many characters. */
  static boolean isLower(String value, int most) {
    return hasLength(value, most) && isLower(value.charAt(0)) && isRest(value, false);
  }

  /** The form {@code [a-zA-Z][a-zA-Z0-9_.-]*} of at most so many characters. */
  static boolean isMixed(String value, int most) {
    return hasLength(value, most)
        && (isLower(value.charAt(0)) || isUpper(value.charAt(0)))
        && isRest(value, true);
  }

  /** The form {@code [a-zA-Z0-9][a-zA-Z0-9_.-]*} of at most so many characters. */
  static boolean isMixedOrDigit(String value, int most) {
    return hasLength(value, most)
        && (isDigit(value.charAt(0)) || isLower(value.charAt(0)) || isUpper(value.charAt(0)))
        && isRest(value, true);
  }

  private static boolean hasLength(String value, int most) {
    return value != null && !value.isEmpty() && value.length() <= most;
  }

  private static boolean isRest(String value, boolean upper) {
    for (int i = 1; i < value.length(); i++) {
      char each = value.charAt(i);
      if (!isLower(each)
          && !isDigit(each)
          && each != '_'
          && each != '.'
          && each != '-'
          && !(upper && isUpper(each))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLower(char each) {
    return each >= 'a' && each <= 'z';
  }

  private static boolean isUpper(char each) {
    return each >= 'A' && each <= 'Z';
  }

  private static boolean isDigit(char each) {
    return each >= '0' && each <= '9';
  }
}
