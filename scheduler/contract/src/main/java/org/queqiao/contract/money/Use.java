package org.queqiao.contract.money;

import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;

/**
 * What has a price: a resource that runs of a project hold somewhere.
 *
 * @param partition where, or null of reserved time
 * @param qos the quality of service of the job, or null for none
 * @param project who pays
 * @param resource of which resource
 * @param device of accelerators: name and type, as {@code gpu:a100}; else empty
 * @param nodeType the kind of the nodes, or empty
 */
public record Use(
    PartitionName partition,
    QosName qos,
    ProjectName project,
    Resource resource,
    String device,
    String nodeType) {
  /** Core time on nodes of no kind. */
  public static Use cores(PartitionName partition, QosName qos, ProjectName project) {
    return new Use(partition, qos, project, Resource.CORES, "", "");
  }

  /** The energy of runs, which is of no kind of nodes. */
  public static Use energy(PartitionName partition, QosName qos, ProjectName project) {
    return new Use(partition, qos, project, Resource.ENERGY, "", "");
  }

  /** Whether it is of this device, named as in {@link PriceTerms}; empty is any. */
  public boolean isOf(String named) {
    return named.isEmpty() || named.equals(device) || device.startsWith(named + ":");
  }

  /**
   * How a line and an id name the resource: {@code cores}, {@code mem}, {@code gpu:a100}, {@code
   * reserved}, {@code energy}.
   */
  public String label() {
    return switch (resource) {
      case CORES -> "cores";
      case MEMORY -> "mem";
      case ACCELERATORS -> device;
      case RESERVED -> "reserved";
      case ENERGY -> "energy";
    };
  }

  /** The resource that has this {@link #label}. */
  public static Resource resourceOf(String label) {
    return switch (label) {
      case "cores" -> Resource.CORES;
      case "mem" -> Resource.MEMORY;
      case "reserved" -> Resource.RESERVED;
      case "energy" -> Resource.ENERGY;
      default -> Resource.ACCELERATORS;
    };
  }
}
