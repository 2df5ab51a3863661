package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of a compute node. */
public record NodeName(String value) implements Comparable<NodeName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");

  public NodeName {
    if (!NameForm.isMixedOrDigit(value, 64)) {
      throw new IllegalArgumentException("not a valid NodeName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
