package org.queqiao.agent;

/** A number on a command line. */
public final class OptionNumber {
  private OptionNumber() {}

  /**
   * Reads the value of an option.
   *
   * @throws IllegalArgumentException when it is no number or out of bounds, with the bounds
   */
  public static long read(String option, String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as for one that is out of bounds.
    }
    throw new IllegalArgumentException(
        option + " needs a number from " + least + " to " + most + ", not '" + value + "'");
  }
}
