package org.queqiao.contract.account;

import java.util.List;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.PlatformName;
import org.queqiao.contract.id.ProjectName;

/**
 * What a site said ahead: a change that counts from a time on.
 *
 * @param number counted by the site, from 1
 * @param fromMs from when on it counts
 * @param content what changes
 */
public record PlannedChange(long number, long fromMs, Content content)
    implements Comparable<PlannedChange> {
  /** So many changes are planned for one thing at most. */
  public static final int MOST_OF_ONE = 12;

  /** So many are planned in all. */
  public static final int MOST = 1000;

  /** The one that counts earlier comes first, of those of one time the one that was said first. */
  @Override
  public int compareTo(PlannedChange other) {
    int byTime = Long.compare(fromMs, other.fromMs);
    return byTime != 0 ? byTime : Long.compare(number, other.number);
  }

  /** What changes. */
  public sealed interface Content {
    /** What it changes, in words; two changes of one thing say the same. */
    default String about() {
      return switch (this) {
        case Place e -> "the place of domain " + e.domain();
        case Shares e -> "the domains of project " + e.project();
        case Owner e -> "the platform of project " + e.project();
      };
    }
  }

  /**
   * A domain is part of another one.
   *
   * @param parent null for none
   */
  public record Place(DomainCode domain, DomainCode parent) implements Content {}

  /**
   * A project has other research domains.
   *
   * @param domains shares sum to 1000
   */
  public record Shares(ProjectName project, List<DomainShare> domains) implements Content {
    public Shares {
      domains = List.copyOf(domains);
    }
  }

  /**
   * A project belongs to another service platform.
   *
   * @param platform null for none
   */
  public record Owner(ProjectName project, PlatformName platform) implements Content {}
}
