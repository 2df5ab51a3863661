package org.queqiao.contract.observe;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trackable resources by name, as Slurm writes them: {@code cpu=8,mem=64G,gres/gpu:a100=4}. Its
 * reports and the bridge have the same words, so that a run is read alike from both.
 *
 * @param text as it was written, or empty
 */
public record SlurmTres(String text) {
  private static final String GRES = "gres/";
  private static final Pattern GRES_COUNT = Pattern.compile("gres/([^=]{1,96})=([0-9]{1,10})");
  private static final Pattern CPUS = Pattern.compile("(?:.*,)?cpu=([0-9]{1,18})(?:,.*)?");
  private static final Pattern MEMORY =
      Pattern.compile("(?:.*,)?mem=([0-9]+(?:\\.[0-9]+)?)([KMGTP]?)(?:,.*)?");
  private static final Pattern UNNAMED = Pattern.compile("(?:.*,)?([0-9]+=[^,]*)(?:,.*)?");

  /** CPUs; 0 where they are not named. */
  public long cpus() {
    Matcher cpus = CPUS.matcher(text);
    return cpus.matches() ? Long.parseLong(cpus.group(1)) : 0;
  }

  /** Memory; 0 where it is not named. */
  public long memBytes() {
    Matcher memory = MEMORY.matcher(text);
    if (!memory.matches()) {
      return 0;
    }
    // Slurm counts in mebibytes where it prints no unit.
    int power = memory.group(2).isEmpty() ? 2 : "KMGTP".indexOf(memory.group(2)) + 1;
    return new BigDecimal(memory.group(1))
        .multiply(BigDecimal.valueOf(1_024).pow(power))
        .toBigInteger()
        .longValueExact();
  }

  /**
   * Devices by name and type; what is named without a type is the sum of all types.
   *
   * @throws IllegalArgumentException when some are not counted, or something has a number in place
   *     of its name, and may be devices
   */
  public Map<String, Long> gres() {
    Matcher unnamed = UNNAMED.matcher(text);
    if (unnamed.matches()) {
      throw new IllegalArgumentException("it has a resource without a name: " + unnamed.group(1));
    }
    TreeMap<String, Long> gres = new TreeMap<>();
    for (String each : text.split(",")) {
      if (each.startsWith(GRES)) {
        Matcher parts = GRES_COUNT.matcher(each);
        if (!parts.matches()) {
          throw new IllegalArgumentException("it has devices that are not counted: " + each);
        }
        gres.merge(parts.group(1), Long.parseLong(parts.group(2)), Math::addExact);
      }
    }
    return gres;
  }
}
