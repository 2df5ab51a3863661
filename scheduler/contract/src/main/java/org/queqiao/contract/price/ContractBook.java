package org.queqiao.contract.price;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.ContractTerms;

/**
 * The contracts that were ever approved. Under each number the word that began last counts; of
 * several contracts of a project that hold the one that began last does, and of these the one with
 * the greater number.
 */
public final class ContractBook {
  private final Map<ProjectName, TreeMap<String, NavigableMap<Long, ContractTerms>>> byProject =
      new TreeMap<>();

  /** A later word for the same instant replaces the earlier one. */
  public void add(ContractTerms terms) {
    byProject
        .computeIfAbsent(terms.project(), _ -> new TreeMap<>())
        .computeIfAbsent(terms.number(), _ -> new TreeMap<>())
        .put(terms.validFromMs(), terms);
  }

  /** The contract of a project at an instant, if one holds. */
  public Optional<ContractTerms> at(ProjectName project, long timeMs) {
    ContractTerms best = null;
    for (NavigableMap<Long, ContractTerms> words : of(project)) {
      Map.Entry<Long, ContractTerms> last = words.floorEntry(timeMs);
      if (last != null
          && last.getValue().holdsAt(timeMs)
          && (best == null || last.getKey() >= best.validFromMs())) {
        best = last.getValue();
      }
    }
    return Optional.ofNullable(best);
  }

  /** Adds the instants within {@code (fromMs, toMs)} at which a contract begins or ends. */
  void changes(ProjectName project, long fromMs, long toMs, Set<Long> all) {
    for (NavigableMap<Long, ContractTerms> words : of(project)) {
      for (ContractTerms each : words.values()) {
        for (long edgeMs : new long[] {each.validFromMs(), each.validToMs()}) {
          if (edgeMs > fromMs && edgeMs < toMs) {
            all.add(edgeMs);
          }
        }
      }
    }
  }

  private Iterable<NavigableMap<Long, ContractTerms>> of(ProjectName project) {
    TreeMap<String, NavigableMap<Long, ContractTerms>> own =
        project == null ? null : byProject.get(project);
    return own == null ? Set.of() : own.values();
  }
}
