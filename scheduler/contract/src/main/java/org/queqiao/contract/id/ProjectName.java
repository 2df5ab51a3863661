package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of a project: it owns the money and the limits. */
public record ProjectName(String value) implements Comparable<ProjectName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");

  public ProjectName {
    if (!NameForm.isLower(value, 64)) {
      throw new IllegalArgumentException("not a valid ProjectName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(ProjectName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
