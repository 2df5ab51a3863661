package org.queqiao.agent.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.node.NodeFacts.GresInventory;

/** The devices of a node under Slurm. */
final class SlurmGres {
  private static final int COUNT_MAX = 1_024;

  /** With a type or without, and behind the count the sockets that they are near to. */
  private static final Pattern TOLD =
      Pattern.compile(
          "(?:^|,)([a-z][a-z0-9_.-]{0,31})(?::([A-Za-z0-9_.-]{1,63}))?:([0-9]{1,4})(?:\\([^)]*\\))?(?=,|$)");

  /** Parts of GPUs that are told beside them. */
  private static final List<String> SHARES = List.of("shard", "mps");

  private static final Pattern KEPT =
      Pattern.compile("([a-z][a-z0-9_.-]{0,31}):([a-z0-9_.-]{0,63}):([0-9]{1,4})");

  private SlurmGres() {}

  /**
   * As slurmctld writes them: {@code gpu:a100:4(S:0-1),fpga:1}. What is no count of devices, such
   * as a bandwidth, is left out. Where a node has two types of a name they are offered without one,
   * because a batch job asks for them by their name alone.
   */
  static List<GresInventory> told(String gres) {
    TreeMap<String, GresInventory> found = new TreeMap<>();
    Matcher each = TOLD.matcher(gres);
    while (each.find()) {
      int count = Integer.parseInt(each.group(3));
      String type = each.group(2) == null ? "" : each.group(2).toLowerCase(Locale.ROOT);
      if (count > 0 && !SHARES.contains(each.group(1))) {
        found.merge(
            each.group(1),
            new GresInventory(each.group(1), type, count),
            (one, other) ->
                new GresInventory(
                    one.name(),
                    one.type().equals(other.type()) ? one.type() : "",
                    one.count() + other.count()));
      }
    }
    found.values().removeIf(all -> all.count() > COUNT_MAX);
    return List.copyOf(found.values());
  }

  /** As text without blanks. */
  static String kept(List<GresInventory> gres) {
    StringJoiner text = new StringJoiner(",");
    gres.forEach(each -> text.add(each.name() + ":" + each.type() + ":" + each.count()));
    return text.toString();
  }

  /**
   * What was kept.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static List<GresInventory> read(String kept) {
    List<GresInventory> gres = new ArrayList<>();
    for (String each : kept.isEmpty() ? new String[0] : kept.split(",", -1)) {
      Matcher parts = KEPT.matcher(each);
      if (!parts.matches()) {
        throw new IllegalArgumentException("no devices: " + each);
      }
      gres.add(new GresInventory(parts.group(1), parts.group(2), Integer.parseInt(parts.group(3))));
    }
    return gres;
  }
}
