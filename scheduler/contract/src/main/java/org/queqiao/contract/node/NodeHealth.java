package org.queqiao.contract.node;

/**
 * What the health check of a node found last.
 *
 * @param fault what is wrong, in words; empty when all is well or nothing was checked
 * @param checkedMs when that was found, in node time; 0 on a node without a health check
 */
public record NodeHealth(String fault, long checkedMs) {
  /** Of a node without a health check. */
  public static final NodeHealth UNKNOWN = new NodeHealth("", 0);

  /** Whether a check was made and succeeded. */
  public boolean isSound() {
    return checkedMs > 0 && fault.isEmpty();
  }
}
