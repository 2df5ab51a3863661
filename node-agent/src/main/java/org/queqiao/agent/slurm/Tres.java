package org.queqiao.agent.slurm;

/** Trackable resources as Slurm writes them: {@code 1=4,2=2000,4=1,5=4}. */
final class Tres {
  static final int CPU = 1;
  static final int MEMORY_MIB = 2;

  private Tres() {}

  /**
   * How many of one there are.
   *
   * @return 0 where it is not named
   * @throws IllegalArgumentException when the text is none of these
   */
  static long count(String text, int resource) {
    String wanted = resource + "=";
    for (String each : text.split(",")) {
      if (each.startsWith(wanted)) {
        return Long.parseLong(each.substring(wanted.length()));
      }
    }
    return 0;
  }
}
