package org.queqiao.contract.node;

import java.util.List;
import java.util.TreeSet;

/**
 * What the site says of a node, beside what its agent found.
 *
 * @param features words that jobs may ask for, sorted
 * @param weight nodes of a lower weight are given away first
 */
public record NodeSettings(List<String> features, int weight) {
  /** What holds until the site says otherwise. */
  public static final NodeSettings DEFAULT = new NodeSettings(List.of(), 1);

  public NodeSettings {
    features = List.copyOf(new TreeSet<>(features));
  }
}
