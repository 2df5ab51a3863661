package org.queqiao.accounting.export;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.queqiao.accounting.export.Column.Kind;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.statement.Tax;

/** A statement as a form. Pure. */
public final class StatementForm {
  private StatementForm() {}

  /** The form of a statement in a language. */
  public static Form of(Statement statement, Language in) {
    return new Form(
        in,
        in.of("Statement", "结算单"),
        facts(statement, in),
        tables(statement, in),
        rounding(statement, in),
        true);
  }

  private static List<String> rounding(Statement statement, Language in) {
    String lines = in.of(Statement.ROUNDING, "每行金额只舍入一次：四舍五入到最小币值（0.01）。");
    return statement.tax().isStated()
        ? List.of(lines, in.of(Tax.ROUNDING, "税额按净额合计计算，只舍入一次：四舍五入到最小币值（0.01）。"))
        : List.of(lines);
  }

  /** The sum, net and with tax. */
  private static Table tax(Statement statement, Language in) {
    Tax tax = statement.tax();
    return new Table(
        in.of("Tax", "税额"),
        List.of(
            new Column(in.of("Net", "净额"), Kind.MONEY, 18),
            new Column(in.of("Rate", "税率"), Kind.TEXT, 10),
            new Column(in.of("Tax", "税额"), Kind.MONEY, 18),
            new Column(in.of("Gross", "含税金额"), Kind.MONEY, 18),
            new Column(in.of("Currency", "币种"), Kind.TEXT, 9)),
        () ->
            statement.totals().stream()
                .map(total ->
                    List.<Object>of(
                        money(total.dueMicro()),
                        tax.percent().toPlainString() + " %",
                        money(tax.ofMicro(total.dueMicro())),
                        money(tax.grossMicro(total.dueMicro())),
                        total.currency()))
                .iterator(),
        List.of());
  }

  /** What the wallet and money have paid, and what is still to be paid. */
  private static Table payment(Statement statement, Language in) {
    Tax tax = statement.tax();
    return new Table(
        in.of("Payment", "支付"),
        List.of(
            new Column(
                tax.isStated() ? in.of("Sum with tax", "含税合计") : in.of("Sum", "合计"),
                Kind.MONEY,
                18),
            new Column(in.of("Settled from the wallet", "预付钱包已结"), Kind.MONEY, 20),
            new Column(in.of("Paid", "已付款"), Kind.MONEY, 18),
            new Column(in.of("Payable", "待付"), Kind.MONEY, 18),
            new Column(in.of("Currency", "币种"), Kind.TEXT, 9)),
        () ->
            statement.totals().stream()
                .map(total ->
                    List.<Object>of(
                        money(tax.grossMicro(total.dueMicro())),
                        money(total.settlement().walletGrossMicro()),
                        money(total.settlement().paidMicro()),
                        money(total.payableMicro(tax)),
                        total.currency()))
                .iterator(),
        List.of());
  }

  private static List<Form.Fact> facts(Statement statement, Language in) {
    Standing standing = statement.standing();
    String state =
        switch (standing.state()) {
          case DRAFT -> in.of("draft", "草稿");
          case CHECKED -> in.of("checked", "已核对");
          case CLOSED -> in.of("closed", "已结账");
          case PAID ->
              in.of("paid on ", "已付款 ") + standing.paidOn() + " (" + standing.reference() + ")";
        };
    List<Form.Fact> facts =
        new ArrayList<>(
            List.of(
                new Form.Fact(in.of("Project", "项目"), statement.project()),
                new Form.Fact(in.of("Month", "账期"), statement.period()),
                new Form.Fact(in.of("Billing zone", "计费时区"), statement.zone()),
                new Form.Fact(
                    in.of("Standard core-hours", "标准核时"),
                    StatementForms.coreHours(statement.standardMs())),
                new Form.Fact(in.of("State", "状态"), state)));
    if (!standing.number().isEmpty()) {
      facts.add(1, new Form.Fact(in.of("Number", "编号"), standing.number()));
    }
    return facts;
  }

  private static List<Table> tables(Statement statement, Language in) {
    List<Table> tables = new ArrayList<>(List.of(lines(statement, in)));
    if (SharedTable.isIn(statement)) {
      tables.add(SharedTable.of(statement, in));
    }
    if (statement.entries().stream().anyMatch(each -> statement.paidBy(each).isEmpty())) {
      tables.add(entries(statement, in));
    }
    if (statement.tax().isStated()) {
      tables.add(tax(statement, in));
    }
    if (!statement.totals().isEmpty()) {
      tables.add(payment(statement, in));
    }
    if (!statement.endUsers().isEmpty()) {
      tables.add(endUsers(statement, in));
    }
    if (!statement.terms().equals(Statement.Terms.NONE)) {
      tables.add(terms(statement, in));
    }
    return tables;
  }

  /** What of the lines was for whom of a service platform; the lines have it too. */
  private static Table endUsers(Statement statement, Language in) {
    return new Table(
        in.of("Of these lines for end users", "其中终端用户"),
        List.of(
            new Column(in.of("User", "用户"), Kind.TEXT, 14),
            new Column(in.of("End user", "终端用户"), Kind.TEXT, 30),
            new Column(in.of("Core-hours", "核时"), Kind.HOURS, 16),
            new Column(in.of("Amount", "金额"), Kind.MONEY, 16),
            new Column(in.of("Currency", "币种"), Kind.TEXT, 9)),
        () ->
            statement.endUsers().stream()
                .map(each ->
                    List.<Object>of(
                        each.user(),
                        each.others() == 0
                            ? each.endUser()
                            : in.of(
                                each.others() + " others: see the report by endUser",
                                "其余 " + each.others() + " 个：见按 endUser 的报表"),
                        hours(each.coreMs()),
                        money(each.chargeMicro()),
                        each.currency()))
                .iterator(),
        List.of());
  }

  /** A table, because a file of comma-separated values has nothing beside its tables. */
  private static Table terms(Statement statement, Language in) {
    List<Object> cells =
        List.of(statement.project(), statement.terms().pi(), statement.terms().costCentre());
    return new Table(
        in.of("Project", "项目"),
        List.of(
            new Column(in.of("Project", "项目"), Kind.TEXT, 20),
            new Column(in.of("Principal investigator", "项目负责人"), Kind.TEXT, 20),
            new Column(in.of("Cost centre", "成本中心"), Kind.TEXT, 30)),
        () -> List.of(cells).iterator(),
        List.of());
  }

  private static Table entries(Statement statement, Language in) {
    List<Column> columns =
        List.of(
            new Column(in.of("Kind", "类别"), Kind.TEXT, 11),
            new Column(in.of("Position", "日志位置"), Kind.COUNT, 10),
            new Column(in.of("User", "用户"), Kind.TEXT, 12),
            new Column(in.of("For", "事由"), Kind.TEXT, 18),
            new Column(in.of("Reason", "说明"), Kind.TEXT, 18),
            new Column(in.of("Amount", "金额"), Kind.MONEY, 16),
            new Column(in.of("Currency", "币种"), Kind.TEXT, 10));
    List<List<Object>> due = new ArrayList<>();
    for (Statement.Total total : statement.totals()) {
      due.add(
          Arrays.asList(
              statement.tax().isStated() ? in.of("Sum, net", "净额合计") : in.of("Sum", "合计"),
              null,
              null,
              null,
              null,
              money(total.dueMicro()),
              total.currency()));
    }
    return new Table(
        in.of("Refunds and corrections", "退款与更正"),
        columns,
        () ->
            StatementForms.entries(statement).stream()
                .filter(each -> statement.paidBy(each).isEmpty())
                .map(each -> cells(each, in))
                .iterator(),
        due);
  }

  static String kind(StatementEntry entry, Language in) {
    return switch (entry.kind()) {
      case REFUND -> in.of("refund", "退款");
      case CORRECTION -> in.of("correction", "更正");
      case MINIMUM -> in.of("minimum", "最低收费");
      case ALLOWANCE -> in.of("allowance", "机时抵扣");
      case ALLOWANCE_EXPIRED -> in.of("expired", "机时过期");
      case ALLOWANCE_REFUND -> in.of("hours back", "机时退还");
    };
  }

  /** What the project gets lowers what it pays. */
  private static List<Object> cells(StatementEntry entry, Language in) {
    String cause = EntryWords.cause(entry.cause(), in);
    return List.of(
        kind(entry, in),
        BigDecimal.valueOf(entry.position()),
        entry.user(),
        entry.forProject() == null ? cause : cause + " " + entry.forProjectName(),
        entry.coreMs() == 0
            ? said(entry, in)
            : StatementForms.coreHours(entry.coreMs()) + in.of(" core-hours", " 核时"),
        money(Math.negateExact(entry.amountMicro())),
        entry.currency());
  }

  private static String said(StatementEntry entry, Language in) {
    StatementEntry.People people = entry.people();
    String reason = EntryWords.reason(entry.reason(), in);
    return people.equals(StatementEntry.People.NONE)
        ? reason
        : reason
            + in.of(" (proposed by ", "（提议 ")
            + people.proposedBy()
            + in.of(", approved by ", "，批准 ")
            + people.approvedBy()
            + in.of(")", "）");
  }

  /** A column says for which project a line is paid where it is another one. */
  private static Table lines(Statement statement, Language in) {
    List<Statement.Line> own =
        statement.lines().stream().filter(each -> each.paidBy().isEmpty()).toList();
    boolean forOthers = own.stream().anyMatch(each -> !each.forProject().isEmpty());
    long coreMs = own.stream().mapToLong(Statement.Line::coreMs).sum();
    List<Column> columns =
        new ArrayList<>(
            List.of(
                new Column(in.of("User", "用户"), Kind.TEXT, 14),
                new Column(in.of("Partition", "分区"), Kind.TEXT, 12),
                new Column(in.of("Jobs", "作业数"), Kind.COUNT, 8),
                new Column(in.of("Resource", "资源"), Kind.TEXT, 12),
                new Column(in.of("Hours", "机时"), Kind.HOURS, 16),
                new Column(in.of("Price per hour", "每小时单价"), Kind.MONEY, 12),
                new Column(in.of("Amount", "金额"), Kind.MONEY, 16),
                new Column(in.of("Currency", "币种"), Kind.TEXT, 11)));
    if (forOthers) {
      columns.add(1, new Column(in.of("For project", "所属项目"), Kind.TEXT, 14));
    }
    List<List<Object>> totals = new ArrayList<>();
    for (Statement.Total total : statement.totals()) {
      List<Object> row =
          new ArrayList<>(
              Arrays.asList(
                  in.of("Total", "合计"),
                  null,
                  null,
                  "cores",
                  hours(coreMs),
                  null,
                  money(total.amountMicro()),
                  total.currency()));
      if (forOthers) {
        row.add(1, null);
      }
      totals.add(row);
    }
    return new Table(
        in.of("Lines", "明细"),
        columns,
        () -> own.stream().map(each -> cells(each, forOthers)).iterator(),
        totals);
  }

  private static List<Object> cells(Statement.Line line, boolean forOthers) {
    List<Object> cells = new ArrayList<>(List.of(line.user()));
    if (forOthers) {
      cells.add(line.forProject());
    }
    cells.addAll(
        List.of(
            line.partition(),
            BigDecimal.valueOf(line.jobs()),
            line.lateFor().isEmpty() ? line.what() : line.what() + " " + line.lateFor(),
            line.hours(),
            money(line.microPerCoreHour()),
            money(line.amountMicro()),
            line.currency()));
    return cells;
  }

  static BigDecimal hours(long coreMs) {
    return BigDecimal.valueOf(coreMs)
        .divide(BigDecimal.valueOf(3_600_000), 6, RoundingMode.HALF_UP);
  }

  static BigDecimal money(long micro) {
    return BigDecimal.valueOf(micro, 6);
  }
}
