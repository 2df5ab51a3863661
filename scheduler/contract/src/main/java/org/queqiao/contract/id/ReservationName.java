package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of an advance reservation: nodes that are kept for some for a time. */
public record ReservationName(String value) implements Comparable<ReservationName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");

  public ReservationName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "not a valid ReservationName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(ReservationName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
