package org.queqiao.accounting.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.id.DomainCode;

/** Which research domain is part of which, at one time. */
public final class DomainTree {
  private final Map<DomainCode, DomainCode> parents;

  private DomainTree(Map<DomainCode, DomainCode> parents) {
    this.parents = parents;
  }

  /**
   * From a month on a domain is part of another.
   *
   * @param domain the part
   * @param fromMonth {@code YYYY-MM}
   * @param parent empty for none
   */
  public record Part(DomainCode domain, String fromMonth, Optional<DomainCode> parent) {}

  /** As it was at the end of a month, {@code YYYY-MM}. */
  public static DomainTree at(String month, List<Part> parts) {
    Map<DomainCode, Part> latest = new TreeMap<>();
    for (Part each : parts) {
      if (each.fromMonth().compareTo(month) <= 0) {
        latest.merge(
            each.domain(), each, (a, b) -> a.fromMonth().compareTo(b.fromMonth()) > 0 ? a : b);
      }
    }
    Map<DomainCode, DomainCode> parents = new TreeMap<>();
    latest.values().forEach(each -> each.parent().ifPresent(to -> parents.put(each.domain(), to)));
    return new DomainTree(parents);
  }

  /**
   * As which domain one is told.
   *
   * @param level so many levels below {@code within} at most, or from the widest on; 0 for all
   * @param within the domain whose parts are told alone, or null for all
   * @return empty where it lies outside
   */
  public Optional<DomainCode> told(DomainCode domain, int level, DomainCode within) {
    List<DomainCode> path = downTo(domain);
    int first = within == null ? -1 : path.indexOf(within);
    if (within != null && first < 0) {
      return Optional.empty();
    }
    int last = path.size() - 1;
    return Optional.of(path.get(level == 0 ? last : Math.min(last, first + level)));
  }

  /** From the widest to this one. */
  private List<DomainCode> downTo(DomainCode domain) {
    List<DomainCode> path = new ArrayList<>();
    DomainCode at = domain;
    while (at != null && path.size() < DomainDefined.MOST_LEVELS) {
      path.addFirst(at);
      at = parents.get(at);
    }
    return path;
  }
}
