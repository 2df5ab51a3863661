package org.queqiao.core.placement;

import java.util.Comparator;
import java.util.stream.Collectors;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;

/** What decides which nodes a job may use: the same for jobs that wish for the same. */
public record WishKey(PartitionName partition, JobPlacement placement)
    implements Comparable<WishKey> {
  private static final Comparator<WishKey> ORDER =
      Comparator.comparing(WishKey::partition)
          .thenComparing(key -> key.placement().constraint())
          .thenComparing(key -> key.placement().nodeList())
          .thenComparing(key -> key.placement().excludeNodes())
          .thenComparing(WishKey::components);

  /** Of a job. */
  public static WishKey of(JobSpec spec) {
    return new WishKey(spec.partition(), spec.placement());
  }

  /** What the components ask for of their nodes, joined by what none of it has. */
  private String components() {
    return placement.components().stream()
        .map(JobComponent::placement)
        .map(each -> "\n" + each.constraint() + "\t" + each.nodeList() + "\t" + each.excludeNodes())
        .collect(Collectors.joining());
  }

  @Override
  public int compareTo(WishKey other) {
    return ORDER.compare(this, other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WishKey that && compareTo(that) == 0;
  }

  @Override
  public int hashCode() {
    return partition.hashCode();
  }
}
