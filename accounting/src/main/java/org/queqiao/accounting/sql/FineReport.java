package org.queqiao.accounting.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.usage.DomainSplit;
import org.queqiao.accounting.usage.KeyedSums;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;
import org.queqiao.contract.account.DomainShare;

/** Makes the rows of a report that has very many from sums by keys and currency. */
final class FineReport {
  private final int domain;
  private final int keys;
  private final KeyedSums parts;
  private final Map<String, List<DomainShare>> shares = new HashMap<>();

  private FineReport(int domain, int keys) {
    this.domain = domain;
    this.keys = keys;
    this.parts = new KeyedSums(keys, 3);
  }

  /** The rows by their keys; every share of a project's usage goes to its domain. */
  static List<ReportRow> rows(List<ReportBy> by, KeyedSums sums) {
    int domain = by.indexOf(ReportBy.DOMAIN);
    KeyedSums told = sums;
    if (domain >= 0) {
      FineReport split = new FineReport(domain, by.size() + 1);
      sums.tell(split::add);
      told = split.parts;
    }
    List<ReportRow> rows = new ArrayList<>();
    int currency = by.size();
    told.tell((texts, amounts) ->
        rows.add(
            new ReportRow(
                Arrays.asList(texts).subList(0, currency),
                amounts[0],
                amounts[1],
                texts[currency],
                amounts[2])));
    return rows;
  }

  private void add(String[] texts, long[] amounts) {
    List<DomainShare> all = shares.computeIfAbsent(texts[domain], Domains::read);
    int[] ids = new int[keys];
    for (int i = 0; i < keys; i++) {
      ids[i] = i == domain ? 0 : parts.number(i, texts[i]);
    }
    if (all.isEmpty()) {
      ids[domain] = parts.number(domain, "");
      parts.add(ids, amounts);
      return;
    }
    long[] core = DomainSplit.parts(amounts[0], all);
    long[] money = DomainSplit.parts(amounts[1], all);
    long[] standard = DomainSplit.parts(amounts[2], all);
    for (int i = 0; i < core.length; i++) {
      int[] own = ids.clone();
      own[domain] = parts.number(domain, all.get(i).domain().value());
      parts.add(own, core[i], money[i], standard[i]);
    }
  }
}
