package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The code of a research domain. */
public record DomainCode(String value) implements Comparable<DomainCode> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");

  public DomainCode {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a valid DomainCode: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(DomainCode other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
