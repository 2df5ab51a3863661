package org.queqiao.core.check;

/**
 * An invariant that does not hold.
 *
 * @param invariant its number, such as {@code I1}
 * @param detail what was found
 */
public record Violation(String invariant, String detail) {
  @Override
  public String toString() {
    return invariant + ": " + detail;
  }
}
