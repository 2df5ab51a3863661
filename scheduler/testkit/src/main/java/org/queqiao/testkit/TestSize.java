package org.queqiao.testkit;

/**
 * How much a test tries: little in every run of the tests, much in {@code ./queqiao test --full}.
 * The system property {@code queqiao.test.size} says which.
 */
public final class TestSize {
  private static final boolean FULL = "full".equals(System.getProperty("queqiao.test.size"));

  private TestSize() {}

  /**
   * The number for this run.
   *
   * @param ci of every run
   * @param full of {@code --full}
   */
  public static int ciOrFull(int ci, int full) {
    return FULL ? full : ci;
  }

  /** Whether this is a run of {@code --full}. */
  public static boolean isFull() {
    return FULL;
  }
}
