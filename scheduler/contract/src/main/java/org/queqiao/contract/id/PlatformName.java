package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of a service platform: a front end that owns projects. */
public record PlatformName(String value) implements Comparable<PlatformName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");

  public PlatformName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a valid PlatformName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(PlatformName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
