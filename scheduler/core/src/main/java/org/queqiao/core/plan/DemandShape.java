package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.JobParts;

/**
 * What makes the demands of two jobs the same.
 *
 * @param small what it needs on most of its nodes
 * @param large what it needs on the first ones
 * @param licences what it needs of the licences
 * @param largeShares on how many nodes it needs {@code large}
 * @param nodes on how many nodes it runs
 * @param mostNodes on how many it starts at most
 * @param lies how its nodes shall lie
 * @param choice number of the nodes that it may use
 * @param reservation the reservation that it uses, or empty
 */
record DemandShape(
    Share small,
    Share large,
    Share licences,
    int largeShares,
    int nodes,
    int mostNodes,
    String lies,
    int choice,
    String reservation)
    implements Comparable<DemandShape> {

  /** What makes two arrangements the same. */
  static String liesOf(JobPlacement placement) {
    return placement.contiguous() || placement.switches() > 0 || placement.spread()
        ? placement.contiguous() + "/" + placement.switches() + "/" + placement.spread()
        : "";
  }

  Demand demand(JobSpec spec, ClusterChoices.Choice of, Fabric fabric, int licenceNode) {
    return one(spec, of, fabric, licenceNode)
        .orElse(of.others().stream().map(each -> one(spec, each, fabric, licenceNode)).toList());
  }

  private Demand one(JobSpec spec, ClusterChoices.Choice of, Fabric fabric, int licenceNode) {
    JobParts parts = JobParts.of(spec, of.wish());
    boolean licensed = licences.size() > 1;
    Arrangement arrangement = Arrangement.of(spec, parts, fabric);
    if (parts.isOneGroup() && !licensed && arrangement == null) {
      return new Demand(
          large,
          largeShares,
          small,
          nodes - largeShares,
          of.groups().get(parts.group(0)),
          mostNodes);
    }
    List<Demand.Part> list = new ArrayList<>();
    for (int part = 0; part < parts.parts().count(); part++) {
      list.add(
          new Demand.Part(
              parts.large(part) ? large : small,
              parts.parts().wanted(part),
              of.groups().get(parts.group(part))));
    }
    int growing = list.size() - 1;
    if (licensed) {
      list.add(new Demand.Part(licences, 1, node -> node == licenceNode));
    }
    return new Demand(list, growing, mostNodes - nodes, arrangement);
  }

  @Override
  public int compareTo(DemandShape other) {
    int order = small.compareTo(other.small);
    order = order != 0 ? order : large.compareTo(other.large);
    order = order != 0 ? order : licences.compareTo(other.licences);
    order = order != 0 ? order : Integer.compare(largeShares, other.largeShares);
    order = order != 0 ? order : Integer.compare(nodes, other.nodes);
    order = order != 0 ? order : Integer.compare(mostNodes, other.mostNodes);
    order = order != 0 ? order : lies.compareTo(other.lies);
    order = order != 0 ? order : Integer.compare(choice, other.choice);
    return order != 0 ? order : reservation.compareTo(other.reservation);
  }
}
