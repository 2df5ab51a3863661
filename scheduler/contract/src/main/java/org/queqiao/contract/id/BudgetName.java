package org.queqiao.contract.id;

import java.util.regex.Pattern;

/** The name of a budget. */
public record BudgetName(String value) implements Comparable<BudgetName> {
  /** What a value must look like. */
  public static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_.-]{0,63}");

  public BudgetName {
    if (value == null || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a valid BudgetName: must match " + FORM.pattern());
    }
  }

  @Override
  public int compareTo(BudgetName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
