package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of a cluster under another scheduler, as that scheduler knows it. */
public record ClusterName(String value) implements Comparable<ClusterName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_-]{0,39}");

  public ClusterName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a valid ClusterName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(ClusterName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
