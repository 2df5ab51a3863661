package org.queqiao.simulator.check;

import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NetworkSwitch;

/**
 * Checks that a run lies on nodes that its job may use. Knows the forms that the people of a
 * simulation write: features joined by and, or by or, one of them with a count, or several of which
 * all nodes have the same one; names joined by commas.
 */
final class WishCheck {
  private final ModelCluster model;

  WishCheck(ModelCluster model) {
    this.model = model;
  }

  void respected(LoggedEvent logged, ModelJob job, List<Allocation> allocations) {
    JobSpec spec = job.submitted.spec();
    JobPlacement wish = spec.placement();
    PartitionDefined partition = model.partitions.get(spec.partition());
    TreeSet<String> mine = namesOf(allocations);
    boolean right = partition.nodes().isEmpty() || names(partition.nodes()).containsAll(mine);
    for (String excluded : names(wish.excludeNodes())) {
      right &= !mine.contains(excluded);
    }
    int before = 0;
    for (int i = 0; i <= wish.components().size(); i++) {
      int component = i;
      JobComponent asked = component == 0 ? spec.own() : wish.components().get(component - 1);
      List<Allocation> here =
          allocations.stream().filter(each -> each.component() == component).toList();
      right &= serves(asked, wish.exclusive(), here);
      // The nodes of a component stand together, in the order of components.
      right &= allocations.subList(before, before + here.size()).equals(here);
      before += here.size();
    }
    right &= before == allocations.size();
    boolean respected = right;
    HistoryCheck.require(
        respected,
        Invariant.I41,
        () -> "entry " + logged.position() + " places a job of " + wish + " on " + allocations);
  }

  private static TreeSet<String> namesOf(List<Allocation> allocations) {
    TreeSet<String> names = new TreeSet<>();
    allocations.forEach(each -> names.add(each.node().value()));
    return names;
  }

  /** Whether these nodes are as one component asks. */
  private boolean serves(JobComponent asked, boolean exclusive, List<Allocation> allocations) {
    if (allocations.isEmpty()) {
      return false;
    }
    JobPlacement wish = asked.placement();
    TreeSet<String> mine = namesOf(allocations);
    boolean right = mine.containsAll(names(wish.nodeList()));
    for (String excluded : names(wish.excludeNodes())) {
      right &= !mine.contains(excluded);
    }
    right &= features(wish.constraint(), allocations);
    right &= allocations.size() >= asked.nodes();
    right &= allocations.size() <= Math.max(asked.nodes(), wish.maxNodes());
    for (Allocation each : allocations) {
      int cores = model.nodes.get(each.node()).facts.cores();
      right &= !exclusive || each.cores().size() == cores;
    }
    right &= areSpread(asked, exclusive, allocations);
    right &= wish.switches() == 0 || switchesOf(mine) <= wish.switches();
    return right && (!wish.contiguous() || isRow(mine));
  }

  /** Whether all tasks have their cores, and no node has two tasks more than another. */
  private static boolean areSpread(
      JobComponent asked, boolean exclusive, List<Allocation> allocations) {
    int all =
        asked.placement().tasksInAll() || allocations.size() == asked.nodes()
            ? asked.tasks()
            : asked.tasks() / asked.nodes() * allocations.size();
    int least = all / allocations.size() * asked.cpusPerTask();
    int cores = 0;
    boolean even = true;
    for (Allocation each : allocations) {
      int here = each.cores().size();
      even &= here >= least && (exclusive || here <= least + asked.cpusPerTask());
      cores += here;
    }
    int wanted = all * asked.cpusPerTask();
    return even && (exclusive ? cores >= wanted : cores == wanted);
  }

  /** Whether nodes lie side by side: those of a simulation in the order of their names. */
  private boolean isRow(TreeSet<String> names) {
    List<String> all = model.nodes.keySet().stream().map(NodeName::value).sorted().toList();
    return all.indexOf(names.last()) - all.indexOf(names.first()) + 1 == names.size();
  }

  private int switchesOf(TreeSet<String> nodes) {
    int count = 0;
    for (NetworkSwitch each : model.topology.switches()) {
      count += names(each.nodes()).stream().anyMatch(nodes::contains) ? 1 : 0;
    }
    return count;
  }

  /** To be asked before the job counts as running. */
  void licensed(LoggedEvent logged, ModelJob job) {
    job.submitted
        .spec()
        .placement()
        .licences()
        .forEach((name, count) -> {
          int used = count;
          for (ModelJob each : model.jobs.values()) {
            used +=
                each.holdsCores()
                    ? each.submitted.spec().placement().licences().getOrDefault(name, 0)
                    : 0;
          }
          int inUse = used;
          HistoryCheck.require(
              inUse <= model.licences.getOrDefault(name, 0),
              Invariant.I42,
              () -> "entry " + logged.position() + " makes " + inUse + " of " + name);
        });
  }

  private static List<String> names(String list) {
    return list.isEmpty() ? List.of() : List.of(list.split(","));
  }

  private boolean features(String constraint, List<Allocation> allocations) {
    if (constraint.isEmpty()) {
      return true;
    }
    if (constraint.startsWith("[")) {
      String words = constraint.substring(1, constraint.length() - 1);
      return List.of(words.split("\\|")).stream()
          .anyMatch(word -> allocations.stream().allMatch(each -> has(each, word)));
    }
    int star = constraint.indexOf('*');
    int wanted = star < 0 ? allocations.size() : Integer.parseInt(constraint.substring(star + 1));
    String term = star < 0 ? constraint : constraint.substring(0, star);
    return allocations.stream().filter(each -> has(each, term)).count() >= wanted;
  }

  private boolean has(Allocation allocation, String term) {
    List<String> features = model.nodes.get(allocation.node()).settings.features();
    return term.contains("|")
        ? List.of(term.split("\\|")).stream().anyMatch(features::contains)
        : features.containsAll(List.of(term.split("&")));
  }
}
