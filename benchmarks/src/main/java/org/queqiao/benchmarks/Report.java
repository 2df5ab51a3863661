package org.queqiao.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of one benchmark with the hardware they were measured on. The unit is in each name.
 */
final class Report {
  private final Map<String, Object> figures = new LinkedHashMap<>();

  Report(String name) {
    figures.put("bench", name);
  }

  Report put(String name, long value) {
    figures.put(name, value);
    return this;
  }

  Report put(String name, double value) {
    figures.put(name, Math.round(value * 1000) / 1000.0);
    return this;
  }

  Report put(String name, String value) {
    figures.put(name, value);
    return this;
  }

  /** Nearest-rank percentiles of durations, in microseconds. */
  Report percentiles(String prefix, long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    put(prefix + "P50Us", rank(sorted, 50) / 1000);
    put(prefix + "P95Us", rank(sorted, 95) / 1000);
    put(prefix + "P99Us", rank(sorted, 99) / 1000);
    return put(prefix + "MaxUs", sorted[sorted.length - 1] / 1000);
  }

  /** How the same percentiles of two lists compare: 1 when they are equal. */
  Report ratios(String prefix, long[] nanos, long[] toNanos) {
    long[] sorted = nanos.clone();
    long[] base = toNanos.clone();
    Arrays.sort(sorted);
    Arrays.sort(base);
    for (int percent : new int[] {50, 95, 99}) {
      put(prefix + "P" + percent + "Ratio", rank(sorted, percent) / (double) rank(base, percent));
    }
    return this;
  }

  private static long rank(long[] sorted, int percent) {
    int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }

  String json() {
    StringBuilder out = new StringBuilder("{");
    withHardware()
        .forEach((name, value) -> {
          if (out.length() > 1) {
            out.append(',');
          }
          out.append('"').append(name).append("\":");
          if (value instanceof String text) {
            out.append('"').append(text.replaceAll("[\"\\\\\\p{Cntrl}]", " ")).append('"');
          } else {
            out.append(value);
          }
        });
    return out.append('}').toString();
  }

  String text() {
    StringBuilder out = new StringBuilder();
    withHardware().forEach((name, value) -> out.append(String.format("%-28s %s%n", name, value)));
    return out.toString().stripTrailing();
  }

  private Map<String, Object> withHardware() {
    Map<String, Object> all = new LinkedHashMap<>(figures);
    all.put("cpu", line("/proc/cpuinfo", "model name"));
    all.put("cores", Runtime.getRuntime().availableProcessors());
    all.put("memory", line("/proc/meminfo", "MemTotal"));
    all.put("kernel", System.getProperty("os.version"));
    all.put("jdk", Runtime.version().toString());
    all.put("load1", first("/proc/loadavg"));
    return all;
  }

  private static String line(String file, String key) {
    try (var lines = Files.lines(Path.of(file))) {
      return lines
          .filter(each -> each.startsWith(key))
          .map(each -> each.substring(each.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String first(String file) {
    try {
      return Files.readString(Path.of(file)).split(" ", 2)[0];
    } catch (IOException e) {
      return "unknown";
    }
  }
}
