package org.queqiao.accounting.ledger;

import org.queqiao.accounting.metering.Segment;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.price.Price;

/**
 * What a statement line is for: one resource used by one user of a project in one partition, under
 * one price, in one month; or what a reservation kept for the project and nobody used.
 *
 * @param project who pays, on whose statement it stands
 * @param user null of a reservation
 * @param partition null of a reservation
 * @param month {@code YYYY-MM} in the billing zone
 * @param priceFromMs the instant from which the price held
 * @param microPerCoreHour the price
 * @param currency of the price, or empty
 * @param resource as {@code cores}, {@code mem}, {@code gpu:a100} or {@code reserved:NAME}
 * @param nodeType the kind of the nodes, or empty
 * @param lateFor of which month it is where that was not open any more, or empty
 * @param forProject whose runs they are; null for those of the project itself
 */
public record LineKey(
    ProjectName project,
    UserName user,
    PartitionName partition,
    String month,
    long priceFromMs,
    long microPerCoreHour,
    String currency,
    String resource,
    String nodeType,
    String lateFor,
    ProjectName forProject) {
  /** A line of the project itself. */
  public LineKey(
      ProjectName project,
      UserName user,
      PartitionName partition,
      String month,
      long priceFromMs,
      long microPerCoreHour,
      String currency,
      String resource,
      String nodeType,
      String lateFor) {
    this(
        project,
        user,
        partition,
        month,
        priceFromMs,
        microPerCoreHour,
        currency,
        resource,
        nodeType,
        lateFor,
        null);
  }

  /** Whose runs they are where that is another project, or empty. */
  public String forProjectName() {
    return forProject == null ? "" : forProject.value();
  }

  /** The user, or empty. */
  public String userName() {
    return user == null ? "" : user.value();
  }

  /** The partition, or empty. */
  public String partitionName() {
    return partition == null ? "" : partition.value();
  }

  /** The line that a part of a segment of a job is on. */
  static LineKey of(JobRow job, Segment segment, Segment.Priced part, long micro, Months months) {
    Price price = part.price();
    return new LineKey(
        job.wallet(),
        job.user(),
        job.partition(),
        months.billed(segment.day()),
        price.validFromMs(),
        micro,
        price.currency(),
        part.part().use().label(),
        part.part().use().nodeType(),
        months.late(segment.day()),
        job.payer() == null ? null : job.project());
  }
}
