package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.accounting.usage.DomainTree;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.contract.id.DomainCode;

/** Which research domain is part of which, from which month on. */
final class DomainParts {
  /** Later than all months. */
  private static final String TODAY = "9999-12";

  private DomainParts() {}

  static void put(Connection connection, DomainCode domain, String month, String parent)
      throws SQLException {
    Rows.run(
        connection,
        "insert into domain_parent (domain, from_month, parent) values (?, ?, ?) on conflict"
            + " (domain, from_month) do update set parent = excluded.parent",
        domain.value(),
        month,
        parent);
  }

  /**
   * The months between two in which the tree changed, and the trees before and after each.
   *
   * @param changes the months from which on another tree holds
   * @param trees one more than changes
   */
  record Trees(List<String> changes, List<DomainTree> trees) {}

  /** The column with the domains of projects, of then or of today. */
  static String column(DomainView view) {
    return view.today() ? "domains_today" : "domains";
  }

  /** The rows of a report with the domains and the number of the tree that it needs. */
  static String told(String source, DomainView view) {
    String rows = source;
    if (view.today()) {
      rows =
          "(select n.*, coalesce(q.domains, '') as domains_today from (select * from "
              + rows
              + ") as n left join project as q on q.name = n.project) as t";
    }
    return view.isRolled()
        ? "(select m.*, width_bucket(month, ?::text[]) as tree from (select * from "
            + rows
            + ") as m) as d"
        : rows;
  }

  /** The tree of today alone. */
  static Trees today(Connection connection) throws SQLException {
    return new Trees(List.of(), List.of(DomainTree.at(TODAY, all(connection))));
  }

  /** Those of a time; what changed within a month holds at its end. */
  static Trees between(Connection connection, String fromMonth, String toMonth)
      throws SQLException {
    List<DomainTree.Part> parts = all(connection);
    TreeSet<String> changes = new TreeSet<>();
    for (DomainTree.Part each : parts) {
      if (each.fromMonth().compareTo(fromMonth) > 0 && each.fromMonth().compareTo(toMonth) <= 0) {
        changes.add(each.fromMonth());
      }
    }
    List<DomainTree> trees = new ArrayList<>(List.of(DomainTree.at(fromMonth, parts)));
    changes.forEach(month -> trees.add(DomainTree.at(month, parts)));
    return new Trees(List.copyOf(changes), trees);
  }

  private static List<DomainTree.Part> all(Connection connection) throws SQLException {
    List<DomainTree.Part> parts = new ArrayList<>();
    try (PreparedStatement statement =
            connection.prepareStatement("select domain, from_month, parent from domain_parent");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        String parent = row.getString("parent");
        parts.add(
            new DomainTree.Part(
                new DomainCode(row.getString("domain")),
                row.getString("from_month"),
                parent.isEmpty() ? Optional.empty() : Optional.of(new DomainCode(parent))));
      }
    }
    return parts;
  }
}
