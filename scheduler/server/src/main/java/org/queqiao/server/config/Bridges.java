package org.queqiao.server.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;

/** Which node may tell of which cluster under another scheduler. */
public record Bridges(SortedMap<ClusterName, NodeName> byCluster) {
  static final String KEY = "slurm.bridges";

  public Bridges {
    byCluster = Collections.unmodifiableSortedMap(new TreeMap<>(byCluster));
  }

  static Bridges read(Settings from) {
    String text =
        from.text(
            KEY,
            "CLUSTER=NODE,...",
            "",
            "Clusters under Slurm that are metered here, each with the node whose agent tells of it.");
    TreeMap<ClusterName, NodeName> all = new TreeMap<>();
    for (String each : text.isBlank() ? new String[0] : text.split(",")) {
      String[] pair = each.strip().split("=", -1);
      if (pair.length != 2) {
        throw new ConfigException(
            KEY + " is CLUSTER=NODE, several with commas between, not '" + each.strip() + "'");
      }
      try {
        ClusterName cluster = new ClusterName(pair[0].strip());
        if (all.put(cluster, new NodeName(pair[1].strip())) != null) {
          throw new ConfigException(KEY + " names cluster " + cluster + " twice");
        }
      } catch (IllegalArgumentException e) {
        throw new ConfigException(KEY + ": '" + each.strip() + "' is " + e.getMessage());
      }
    }
    return new Bridges(all);
  }
}
