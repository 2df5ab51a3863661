package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of a quality of service: how urgent a job is and what bounds it. */
public record QosName(String value) implements Comparable<QosName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");

  public QosName {
    if (!NameForm.isLower(value, 64)) {
      throw new IllegalArgumentException("not a valid QosName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(QosName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
