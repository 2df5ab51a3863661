package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of an account, exact in case and never reused. */
public record UserName(String value) implements Comparable<UserName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_.-]{0,31}");

  public UserName {
    if (!NameForm.isLower(value, 32)) {
      throw new IllegalArgumentException("not a valid UserName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(UserName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
