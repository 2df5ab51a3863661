package org.queqiao.contract.job;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A signal that a run gets some time before it must end.
 *
 * @param number which signal, by its number in Linux
 * @param beforeMs how long before its end; a run that is shorter gets it at once
 * @param batchOnly whether only the batch script gets it; else the tasks of its steps
 */
public record WarningSignal(int number, long beforeMs, boolean batchOnly) {
  public static final int MAX_NUMBER = 64;

  /** As Linux numbers them on x86-64 and AArch64; those from 32 on have no names. */
  private static final Map<Integer, String> NAMES = new TreeMap<>();

  static {
    String[] inOrder = {
      "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
      "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
      "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
    };
    for (int i = 0; i < inOrder.length; i++) {
      NAMES.put(i + 1, inOrder[i]);
    }
  }

  /** HUP, INT, USR1, USR2 and CONT: the only ones that agents and launchers knew at first. */
  private static final Set<Integer> FIRST_KNOWN = Set.of(1, 2, 10, 12, 18);

  public WarningSignal {
    if (number < 1 || number > MAX_NUMBER) {
      throw new IllegalArgumentException("no signal has the number " + number);
    }
  }

  /**
   * Whether agents and launchers of any age pass it on as a warning; others may take it for the
   * end.
   */
  public static boolean isKnownToAll(int number) {
    return FIRST_KNOWN.contains(number);
  }

  /** Its name without SIG, or its number where it has none. */
  public String name() {
    return NAMES.getOrDefault(number, Integer.toString(number));
  }

  /**
   * The number of a name, with or without SIG and in any case, or of a number; 0 of anything else.
   */
  public static int numberOf(String word) {
    String name = word.toUpperCase(Locale.ROOT);
    if (name.matches("[0-9]{1,2}")) {
      int number = Integer.parseInt(name);
      return number <= MAX_NUMBER ? number : 0;
    }
    String plain = name.startsWith("SIG") ? name.substring("SIG".length()) : name;
    for (Map.Entry<Integer, String> each : NAMES.entrySet()) {
      if (each.getValue().equals(plain)) {
        return each.getKey();
      }
    }
    return 0;
  }

  /** All names with their numbers, as people are told them. */
  public static String all() {
    return NAMES.entrySet().stream()
        .map(each -> each.getValue() + " (" + each.getKey() + ")")
        .collect(Collectors.joining(", "));
  }
}
