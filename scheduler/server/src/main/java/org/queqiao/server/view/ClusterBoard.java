package org.queqiao.server.view;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.observe.ClusterNow;

/**
 * What bridges tell of clusters under other schedulers as they are now. It lives as long as this
 * process: a bridge tells it anew with each connection. Used by many threads.
 */
public final class ClusterBoard {
  private final ConcurrentSkipListMap<ClusterName, Seen> clusters = new ConcurrentSkipListMap<>();

  /**
   * A cluster that a bridge may tell of.
   *
   * @param bridge the node of its bridge
   * @param connected whether the bridge is connected
   * @param version of the other scheduler, or empty before the first connection
   * @param completeMs every run that ended before is in the books; 0 before the first connection
   * @param now what was told last, or null before
   * @param knownMs for when that held last, by the clock of the cluster; 0 before
   * @param clockAheadMs by how much that clock was ahead of the server's when it was told of last
   */
  public record Seen(
      NodeName bridge,
      boolean connected,
      String version,
      long completeMs,
      ClusterNow now,
      long knownMs,
      long clockAheadMs) {
    Seen(NodeName bridge) {
      this(bridge, false, "", 0, null, 0, 0);
    }
  }

  /** A board of these clusters. */
  public ClusterBoard(Map<ClusterName, NodeName> bridges) {
    bridges.forEach((cluster, node) -> clusters.put(cluster, new Seen(node)));
  }

  /** All that may be told of. */
  public SortedMap<ClusterName, Seen> all() {
    return new TreeMap<>(clusters);
  }

  public Optional<Seen> find(ClusterName cluster) {
    return Optional.ofNullable(clusters.get(cluster));
  }

  /** A bridge is there. */
  public void connected(ClusterName cluster, String version) {
    clusters.computeIfPresent(
        cluster,
        (_, last) ->
            new Seen(
                last.bridge(),
                true,
                version,
                last.completeMs(),
                last.now(),
                last.knownMs(),
                last.clockAheadMs()));
  }

  /** Its connection is gone: what was told last stays, and is as old as it is. */
  public void disconnected(ClusterName cluster) {
    clusters.computeIfPresent(
        cluster,
        (_, last) ->
            new Seen(
                last.bridge(),
                false,
                last.version(),
                last.completeMs(),
                last.now(),
                last.knownMs(),
                last.clockAheadMs()));
  }

  /** Up to when its history is in the log. */
  public void complete(ClusterName cluster, long completeMs) {
    clusters.computeIfPresent(
        cluster,
        (_, last) ->
            new Seen(
                last.bridge(),
                last.connected(),
                last.version(),
                Math.max(completeMs, last.completeMs()),
                last.now(),
                last.knownMs(),
                last.clockAheadMs()));
  }

  /**
   * What it is now.
   *
   * @param now what is told, or null for what was told before
   * @param knownMs for when that holds; 0 when it is not known
   * @param hereMs what the clock of the server says
   */
  public void told(ClusterName cluster, ClusterNow now, long knownMs, long hereMs) {
    clusters.computeIfPresent(
        cluster,
        (_, last) -> {
          ClusterNow holds = now == null ? last.now() : now;
          // What is told again, or of before, says nothing of the clock.
          boolean fresh = knownMs > 0 && knownMs != last.knownMs();
          return new Seen(
              last.bridge(),
              last.connected(),
              last.version(),
              last.completeMs(),
              holds,
              holds == null ? 0 : Math.max(knownMs, last.knownMs()),
              fresh ? knownMs - hereMs : last.clockAheadMs());
        });
  }
}
