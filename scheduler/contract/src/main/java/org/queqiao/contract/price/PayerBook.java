package org.queqiao.contract.price;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.MoneyChange;

/** From whose wallet the runs of projects are paid, by the instants from which that holds. */
public final class PayerBook {
  private final Map<ProjectName, NavigableMap<Long, Optional<ProjectName>>> words = new TreeMap<>();

  /** Adds a word; a later one for the same instant replaces it. */
  void add(MoneyChange.ProjectPayer each) {
    words
        .computeIfAbsent(each.project(), _ -> new TreeMap<>())
        .put(each.validFromMs(), Optional.ofNullable(each.payer()));
  }

  /** Who pays for a run of a project that starts at an instant; empty for the project itself. */
  public Optional<ProjectName> at(ProjectName project, long timeMs) {
    Map.Entry<Long, Optional<ProjectName>> found = of(project).floorEntry(timeMs);
    return found == null ? Optional.empty() : found.getValue();
  }

  /** When that changes next, behind an instant; the greatest number for never. */
  public long nextMs(ProjectName project, long afterMs) {
    Long next = of(project).higherKey(afterMs);
    return next == null ? Long.MAX_VALUE : next;
  }

  /** Who pays for a project at an instant or at any later one that is known. */
  public Optional<ProjectName> anyFrom(ProjectName project, long fromMs) {
    return at(project, fromMs)
        .or(() ->
            of(project).tailMap(fromMs, false).values().stream()
                .flatMap(Optional::stream)
                .findFirst());
  }

  /** All that two people ever said may pay for a project. */
  public List<ProjectName> everOf(ProjectName project) {
    return of(project).values().stream().flatMap(Optional::stream).distinct().toList();
  }

  /** A project that another one pays for at an instant or at any later one that is known. */
  public Optional<ProjectName> paidBy(ProjectName payer, long fromMs) {
    Optional<ProjectName> same = Optional.of(payer);
    return words.entrySet().stream()
        .filter(each ->
            at(each.getKey(), fromMs).equals(same)
                || each.getValue().tailMap(fromMs, false).containsValue(same))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private NavigableMap<Long, Optional<ProjectName>> of(ProjectName project) {
    NavigableMap<Long, Optional<ProjectName>> said = words.get(project);
    return said == null ? Collections.emptyNavigableMap() : said;
  }
}
