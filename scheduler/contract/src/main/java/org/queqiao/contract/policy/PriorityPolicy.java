package org.queqiao.contract.policy;

import java.util.List;

/**
 * How the priority of a job is put together. Each factor lies between 0 and 1 and is multiplied by
 * its weight in points; nice is subtracted.
 *
 * @param age weight of the time since a job was eligible
 * @param fairShare weight of what its user still deserves
 * @param jobSize weight of its cores relative to {@code sizeCores}
 * @param partition weight of the priority of its partition
 * @param qos weight of the priority of its quality of service
 * @param project weight of the priority of its project
 * @param site weight of the priority that the site gave to its user
 * @param nice points for each step of nice
 * @param favorSmall whether small jobs get the size factor instead of large ones
 * @param sizeCores a job of so many cores has the full size factor
 * @param maxAgeMs a job that waited so long has the full age factor
 * @param halfLifeMs after this time past usage counts half; 0 means that it never fades
 * @param tres weights of the resources that a job asks for: full weight from {@code per} on
 * @param usage what use of a resource weighs in thousandths of a core; none means cores alone
 */
public record PriorityPolicy(
    long age,
    long fairShare,
    long jobSize,
    long partition,
    long qos,
    long project,
    long site,
    long nice,
    boolean favorSmall,
    long sizeCores,
    long maxAgeMs,
    long halfLifeMs,
    List<ResourceWeight> tres,
    List<ResourceWeight> usage) {
  private static final long DAY_MS = 24L * 3_600_000;

  /** First come, first served, but for nice. */
  public static final PriorityPolicy DEFAULT =
      new PriorityPolicy(
          0, 0, 0, 0, 0, 0, 0, 1, false, 1, 7 * DAY_MS, 7 * DAY_MS, List.of(), List.of());

  public PriorityPolicy {
    tres = List.copyOf(tres);
    usage = List.copyOf(usage);
  }
}
