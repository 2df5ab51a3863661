package org.queqiao.contract.node;

import java.util.List;
import java.util.TreeSet;

/**
 * What the site says of a node, beside what its agent found.
 *
 * @param features words that jobs may ask for, sorted
 * @param weight nodes of a lower weight are given away first
 * @param type of which kind it is for prices and reports, or empty
 */
public record NodeSettings(List<String> features, int weight, String type) {
  /** What holds until the site says otherwise. */
  public static final NodeSettings DEFAULT = new NodeSettings(List.of(), 1);

  public NodeSettings {
    features = List.copyOf(new TreeSet<>(features));
  }

  /** A node of no kind. */
  public NodeSettings(List<String> features, int weight) {
    this(features, weight, "");
  }
}
