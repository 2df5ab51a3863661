package org.queqiao.accounting.export;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.export.Column.Kind;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.statement.Statement;

/** What of a statement is paid on those of other projects: it is shown, and nothing is due. */
final class SharedTable {
  private SharedTable() {}

  /** Whether others pay for some of it. */
  static boolean isIn(Statement statement) {
    return statement.lines().stream().anyMatch(each -> !each.paidBy().isEmpty())
        || statement.entries().stream().anyMatch(each -> !statement.paidBy(each).isEmpty());
  }

  static Table of(Statement statement, Language in) {
    List<List<Object>> rows = new ArrayList<>();
    for (Statement.Line each : statement.lines()) {
      if (!each.paidBy().isEmpty()) {
        rows.add(
            List.of(
                each.paidBy(),
                each.user(),
                each.partition(),
                BigDecimal.valueOf(each.jobs()),
                each.lateFor().isEmpty() ? each.what() : each.what() + " " + each.lateFor(),
                each.hours(),
                StatementForm.money(each.amountMicro()),
                each.currency()));
      }
    }
    for (StatementEntry each : statement.entries()) {
      if (!statement.paidBy(each).isEmpty()) {
        rows.add(
            List.of(
                statement.paidBy(each),
                each.user(),
                "",
                BigDecimal.ZERO,
                StatementForm.kind(each, in) + " " + EntryWords.cause(each.cause(), in),
                StatementForm.hours(each.coreMs()),
                StatementForm.money(Math.negateExact(each.amountMicro())),
                each.currency()));
      }
    }
    return new Table(
        in.of("Paid by other projects, nothing is due here", "由其他项目支付，本单无应付"),
        List.of(
            new Column(in.of("Payer", "付款项目"), Kind.TEXT, 14),
            new Column(in.of("User", "用户"), Kind.TEXT, 14),
            new Column(in.of("Partition", "分区"), Kind.TEXT, 12),
            new Column(in.of("Jobs", "作业数"), Kind.COUNT, 8),
            new Column(in.of("Resource", "资源"), Kind.TEXT, 12),
            new Column(in.of("Hours", "机时"), Kind.HOURS, 16),
            new Column(in.of("Amount", "金额"), Kind.MONEY, 16),
            new Column(in.of("Currency", "币种"), Kind.TEXT, 9)),
        rows::iterator,
        List.of());
  }
}
