package org.queqiao.core.plan;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Node;

/**
 * Numbers the kinds of resource of a cluster: cores, memory, each generic resource and each model
 * of one, and each licence. A device counts once for its resource and once for its model; a request
 * that names no model counts for the resource alone.
 */
final class ClusterKinds {
  private static final int FIRST_GRES = 2;
  private static final String MODEL = "\u0000";
  private static final String LICENCE = "\u0001";

  private final TreeMap<String, Integer> gres = new TreeMap<>();

  ClusterKinds(Iterable<Node> nodes, Iterable<LicenceDefined> licences) {
    for (LicenceDefined each : licences) {
      gres.put(LICENCE + each.name(), FIRST_GRES + gres.size());
    }
    for (Node node : nodes) {
      for (NodeFacts.GresInventory each : node.facts().gres()) {
        gres.computeIfAbsent(each.name(), _ -> FIRST_GRES + gres.size());
        gres.computeIfAbsent(model(each.name(), each.type()), _ -> FIRST_GRES + gres.size());
      }
    }
  }

  private static String model(String name, String type) {
    return name + MODEL + type;
  }

  /** Each resource that has several models: its kind, then those of its models. */
  int[][] models() {
    return gres.entrySet().stream()
        .filter(each -> each.getKey().indexOf(MODEL) < 0 && !each.getKey().startsWith(LICENCE))
        .map(each ->
            IntStream.concat(
                    IntStream.of(each.getValue()),
                    modelsOf(each.getKey()).values().stream().mapToInt(kind -> kind))
                .toArray())
        .filter(each -> each.length > 2)
        .toArray(int[][]::new);
  }

  private SortedMap<String, Integer> modelsOf(String resource) {
    return gres.subMap(model(resource, ""), resource + LICENCE);
  }

  int count() {
    return FIRST_GRES + gres.size();
  }

  /** All that a node has. */
  long[] of(NodeFacts facts) {
    long[] amounts = new long[count()];
    amounts[0] = facts.cores();
    amounts[1] = facts.memBytes();
    for (NodeFacts.GresInventory each : facts.gres()) {
      amounts[gres.get(each.name())] += each.count();
      amounts[gres.get(model(each.name(), each.type()))] += each.count();
    }
    return amounts;
  }

  /** So many of each licence, or null when the site has not said how many it has. */
  long[] ofLicences(Map<String, Integer> licences) {
    long[] amounts = new long[count()];
    for (Map.Entry<String, Integer> each : licences.entrySet()) {
      Integer kind = gres.get(LICENCE + each.getKey());
      if (kind == null) {
        return null;
      }
      amounts[kind] = each.getValue();
    }
    return amounts;
  }

  /** All that a run holds on a node. */
  long[] of(Allocation allocation) {
    long[] amounts = new long[count()];
    amounts[0] = allocation.cores().size();
    amounts[1] = allocation.memBytes();
    for (Allocation.GresDevices each : allocation.gres()) {
      amounts[gres.get(each.name())] += each.devices().size();
      amounts[gres.get(model(each.name(), each.type()))] += each.devices().size();
    }
    return amounts;
  }

  /** Whether a job takes devices of whatever model: what it needs does not say what it holds. */
  static boolean namesNoModel(JobSpec spec) {
    return gres(spec).anyMatch(each -> each.type().isEmpty());
  }

  /** Whether a job takes devices of whatever model where there are several. */
  boolean takesAnyModel(JobSpec spec) {
    return gres(spec).anyMatch(each -> each.type().isEmpty() && modelsOf(each.name()).size() > 1);
  }

  /** Whether a job takes devices of one model where there are several. */
  boolean takesOneModel(JobSpec spec) {
    return gres(spec).anyMatch(each -> !each.type().isEmpty() && modelsOf(each.name()).size() > 1);
  }

  private static Stream<GresRequest> gres(JobSpec spec) {
    return spec.components().stream().flatMap(each -> each.gresOnNode(0).stream());
  }

  /** What a job needs on one of its nodes, or null when no node has such a thing. */
  long[] of(NodeNeed need) {
    long[] amounts = new long[count()];
    amounts[0] = need.cores();
    amounts[1] = need.memBytes();
    for (GresRequest each : need.gres()) {
      Integer resource = gres.get(each.name());
      if (resource == null) {
        return null;
      }
      amounts[resource] += each.count();
      if (!each.type().isEmpty()) {
        Integer model = gres.get(model(each.name(), each.type()));
        if (model == null) {
          return null;
        }
        amounts[model] += each.count();
      }
    }
    return amounts;
  }

  /**
   * Whether a job takes devices of whatever model: the mirror counts its demand, which names none,
   * and would miss the model that it got.
   */
  static boolean leavesModelOpen(Cluster cluster, JobId id) {
    return cluster.jobs().find(id).map(job -> namesNoModel(job.spec())).orElse(true);
  }
}
