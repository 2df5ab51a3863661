package org.queqiao.contract.observe;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.queqiao.contract.id.QosName;

/**
 * What a run of another scheduler had besides cores and memory.
 *
 * @param qos its quality of service; null for none, or one whose name none can have here
 * @param devices how many, by name and type as {@code gpu:a100}
 */
public record RunResources(QosName qos, SortedMap<String, Long> devices) {
  /** The most kinds of devices of a run. */
  public static final int KINDS_MAX = 64;

  /** The most devices of a kind. */
  public static final long DEVICES_MAX = 1L << 31;

  private static final Pattern DEVICE =
      Pattern.compile("[a-z][a-z0-9_.-]{0,31}(:[a-z0-9_.-]{1,63})?");

  /** How statements name what is no device. */
  private static final Set<String> OTHERS = Set.of("cores", "mem", "reserved", "energy");

  public RunResources {
    devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
    if (devices.size() > KINDS_MAX) {
      throw new IllegalArgumentException("it has " + devices.size() + " kinds of devices");
    }
    devices.forEach((device, count) -> {
      if (!DEVICE.matcher(device).matches() || OTHERS.contains(device)) {
        throw new IllegalArgumentException("'" + device + "' is no device, as gpu or gpu:a100");
      }
      if (count <= 0 || count > DEVICES_MAX) {
        throw new IllegalArgumentException("it has " + count + " of " + device);
      }
    });
  }

  /**
   * As Slurm tells it.
   *
   * @param qos as Slurm names it, or empty
   * @param gres how many, by name and type; what is named without a type is the sum of all types
   */
  public static RunResources ofSlurm(String qos, Map<String, Long> gres) {
    TreeMap<String, Long> devices = new TreeMap<>();
    TreeMap<String, Long> typed = new TreeMap<>();
    gres.forEach((told, count) -> {
      String device = told.toLowerCase(Locale.ROOT);
      int colon = device.indexOf(':');
      if (count != 0) {
        devices.merge(device, count, Math::addExact);
      }
      if (colon >= 0) {
        typed.merge(device.substring(0, colon), count, Math::addExact);
      }
    });
    typed.forEach((name, count) ->
        devices.computeIfPresent(name, (_, all) -> all > count ? all - count : null));
    return new RunResources(QosName.FORM.matcher(qos).matches() ? new QosName(qos) : null, devices);
  }

  /** The quality of service, or empty. */
  public String qosName() {
    return qos == null ? "" : qos.value();
  }
}
