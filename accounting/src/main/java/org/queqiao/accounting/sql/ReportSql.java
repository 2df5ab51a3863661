package org.queqiao.accounting.sql;

import java.util.Collection;
import java.util.stream.Collectors;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.ReportBy;

/** Parts of questions that reports share. */
final class ReportSql {
  /** More groups than this are not kept in memory: the report is refused. */
  static final int MOST_GROUPS = 1_000_000;

  /** The column with the number of the tree of domains. */
  static final String TREE = "tree";

  private ReportSql() {}

  /** What a key is in the tables of a report that knows it. */
  static String column(ReportBy by, DomainView domains, BillingCalendar calendar) {
    return switch (by) {
      case DAY -> "day";
      case MONTH -> "month";
      case YEAR -> "substring(month from 1 for 4)";
      case FISCAL_QUARTER -> FiscalSql.quarter(calendar.fiscal().get());
      case FISCAL_YEAR -> FiscalSql.year(calendar.fiscal().get());
      case PROJECT -> "project";
      case USER -> "user_name";
      case PARTITION -> "partition";
      case QOS -> "qos";
      case DOMAIN -> DomainParts.column(domains);
      case PLATFORM -> "platform";
      case COST_CENTRE -> "cost_centre";
      case END_USER -> "end_user";
      case NODE_TYPE -> "node_type";
      case RESOURCE -> "resource";
    };
  }

  /** The order of rows that have as much as each other, whatever the rules of the database are. */
  static String inOrder(Collection<String> columns) {
    return columns.stream()
        .map(each -> each.equals(TREE) ? each : "(" + each + ") collate \"C\"")
        .collect(Collectors.joining(", "));
  }

  /** The same rows, as a table, with what their project was at the end of the month. */
  static String withTerms(String rows, boolean platform, boolean costCentre) {
    String told = rows;
    if (platform) {
      told = dated(told, "project_platform", "platform");
    }
    return costCentre ? dated(told, "project_terms", "cost_centre") : told;
  }

  private static String dated(String rows, String table, String column) {
    return "(select u.*, coalesce(p."
        + column
        + ", '') as "
        + column
        + " from "
        + rows
        + " as u left join (select project, "
        + column
        + ", from_month, lead(from_month) over (partition by project order by from_month) as"
        + " to_month from "
        + table
        + ") as p on p.project = u.project and p.from_month <= u.month and (p.to_month is null or"
        + " u.month < p.to_month))";
  }
}
