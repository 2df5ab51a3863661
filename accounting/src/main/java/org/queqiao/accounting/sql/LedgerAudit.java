package org.queqiao.accounting.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.accounting.witness.MonthFile;
import org.queqiao.accounting.witness.SignedHead;

/**
 * Checks a ledger from its first posting, by its tables alone: nothing of the server is asked and
 * nothing is written. Memory does not grow with the ledger.
 */
public final class LedgerAudit {
  private static final int FETCH_ROWS = 1_000;
  private static final int MAX_PROBLEMS = 100;

  /** Sums that must be equal, each in one question that answers what is wrong. */
  private static final List<String> SUMS =
      List.of(
          "select 'posting ' || id || ' is there ' || count(*) || ' times' from posting group by id"
              + " having count(*) > 1",
          "select transaction || ' in ' || unit || ' ' || currency || ' is off by ' || sum(amount)"
              + " from posting group by transaction, unit, currency having sum(amount) <> 0",
          "select 'the balance of ' || coalesce(b.account, p.account) || ' is ' ||"
              + " coalesce(b.amount, 0) || ' and its postings sum to ' || coalesce(p.amount, 0)"
              + " from balance b full join (select account, unit, currency, sum(amount) as amount"
              + " from posting group by 1, 2, 3) p using (account, unit, currency) where"
              + " coalesce(b.amount, 0) <> coalesce(p.amount, 0)",
          "select 'the lines in ' || coalesce(l.currency, p.currency) || ' sum to ' ||"
              + " coalesce(l.amount, 0) || ' and what was earned to ' || coalesce(p.amount, 0) from"
              + " (select currency, sum(posted_micro) as amount from statement_line group by 1"
              + " having sum(posted_micro) <> 0) l full join (select currency, sum(amount) as"
              + " amount from posting where account like 'revenue:%' group by 1) p using (currency)"
              + " where coalesce(l.amount, 0) <> coalesce(p.amount, 0)",
          "select 'run ' || s.job || '.' || s.attempt || ' was metered with ' || s.amount || '"
              + " core-ms and posted with ' || coalesce(p.amount, 0) from (select job, attempt,"
              + " sum(core_ms) as amount from segment group by 1, 2) s left join (select job,"
              + " attempt, sum(amount) as amount from posting where account like 'usage:%' and unit"
              + " = 'CORE_MS' group by 1, 2) p on p.job = s.job and p.attempt = s.attempt where"
              + " s.amount <> coalesce(p.amount, 0)",
          "select 'the sums of ' || coalesce(u.month, s.month) || ' have ' || coalesce(u.amount, 0)"
              + " || ' core-ms and ' || coalesce(u.micro, 0) || ' micro-units, the segments ' ||"
              + " coalesce(s.amount, 0) || ' and ' || coalesce(s.micro, 0) from (select month,"
              + " sum(core_ms) as amount, sum(charge_micro) as micro from usage_month group by 1) u"
              + " full join (select month, sum(core_ms) as amount, sum(charge_micro) as micro from"
              + " (select month, core_ms, charge_micro from segment union all select month, 0,"
              + " charge_micro from segment_item union all select month, 0, charge_micro from"
              + " reserved_time where charge_micro <> 0) as all_ group by 1) s using (month) where"
              + " coalesce(u.amount, 0) <> coalesce(s.amount, 0) or coalesce(u.micro, 0) <>"
              + " coalesce(s.micro, 0)",
          "select 'reservation ' || r.reservation || ' was metered with ' || r.amount || ' core-ms"
              + " by price, ' || coalesce(i.amount, 0) || ' by node and posted with ' ||"
              + " coalesce(p.amount, 0) from (select reservation, sum(core_ms) as amount from"
              + " reserved_time group by 1) r left join (select reservation, sum(core_ms) as amount"
              + " from reserved_idle where project <> '' group by 1) i using (reservation) left"
              + " join (select substring(account from 16) as reservation, -sum(amount) as amount"
              + " from posting where account like 'meter:reserved/%' group by 1) p using"
              + " (reservation) where r.amount <> coalesce(i.amount, 0) or r.amount <>"
              + " coalesce(p.amount, 0)",
          "select 'the standard core-ms of ' || coalesce(l.month, u.month) || ' are ' ||"
              + " coalesce(l.amount, 0) || ' on the lines and ' || coalesce(u.amount, 0) || ' in"
              + " the sums' from (select month, sum(round(coalesce(standard, core_ms * 1000) /"
              + " 1000)) as amount from statement_line group by 1) l full join (select month,"
              + " sum(coalesce(standard_ms, core_ms)) as amount from usage_month group by 1) u"
              + " using (month) where coalesce(l.amount, 0) <> coalesce(u.amount, 0)",
          "select 'the sums by user of ' || month || ' have ' || coalesce(u.amount, 0) || ' core-ms"
              + " and ' || coalesce(u.micro, 0) || ' micro-units, those by partition ' ||"
              + " coalesce(m.amount, 0) || ' and ' || coalesce(m.micro, 0) from (select month,"
              + " user_name, project, domains, currency, sum(core_ms) as amount, sum(charge_micro)"
              + " as micro, sum(standard_ms) as standard from usage_user_month group by 1, 2, 3, 4,"
              + " 5) u full join (select month, user_name, project, domains, currency, sum(core_ms)"
              + " as amount, sum(charge_micro) as micro, sum(coalesce(standard_ms, core_ms)) as"
              + " standard from usage_month group by 1, 2, 3, 4, 5) m using (month, user_name,"
              + " project, domains, currency) where coalesce(u.amount, 0) <> coalesce(m.amount, 0)"
              + " or coalesce(u.micro, 0) <> coalesce(m.micro, 0) or coalesce(u.standard, 0) <>"
              + " coalesce(m.standard, 0)",
          "select 'the entries of statements in ' || coalesce(e.currency, p.currency) || ' sum to '"
              + " || coalesce(e.amount, 0) || ' and the refunds and corrections to ' ||"
              + " coalesce(p.amount, 0) from (select currency, sum(amount_micro) as amount from"
              + " statement_entry group by 1) e full join (select currency, -sum(amount) as amount"
              + " from posting where account like 'refunds:%' or account like 'corrections:%' or"
              + " account like 'minimum:%' or account like 'covered:%' group"
              + " by 1) p using (currency) where coalesce(e.amount, 0) <> coalesce(p.amount, 0)",
          "select 'project ' || coalesce(s.project, b.project) || ' paid ' || coalesce(s.paid, 0)"
              + " || ' ' || coalesce(s.currency, b.currency) || ' for statements, ' ||"
              + " coalesce(s.tax, 0) || ' of it tax, with ' || coalesce(s.rounding, 0) || ' by"
              + " rounding, and ' || coalesce(b.paid, 0) || ', ' || coalesce(b.tax, 0) || ' and '"
              + " || coalesce(b.rounding, 0) || ' are posted' from (select project, currency,"
              + " sum(paid_micro) as paid, sum(case when paid_micro = 0 then 0 else tax_micro -"
              + " settled_tax_micro end) as tax, sum(net_micro - posted_micro) as rounding from"
              + " statement_sum group by 1, 2) s full join (select substring(account from"
              + " position(':' in account) + 1) as project, currency, -sum(case when account like"
              + " 'payments:%' then amount else 0 end) as paid, sum(case when account like 'tax:%'"
              + " then amount else 0 end) as tax, sum(case when account like 'rounding:%' then"
              + " amount else 0 end) as rounding from balance where account like 'payments:%' or"
              + " account like 'tax:%' or account like 'rounding:%' group by 1, 2) b using"
              + " (project, currency) where coalesce(s.paid, 0) <> coalesce(b.paid, 0) or"
              + " coalesce(s.tax, 0) <> coalesce(b.tax, 0) or coalesce(s.rounding, 0) <>"
              + " coalesce(b.rounding, 0)",
          "select 'the money of project ' || project || ' is ' || sum(has) || ' ' || currency || ',"
              + " and what came in less its statements is ' || sum(should) from (select"
              + " substring(account from position(':' in account) + 1) as project, currency, case"
              + " when account like 'wallet:%' or account like 'held:%' then amount else 0 end as"
              + " has, case when account like 'wallet:%' or account like 'held:%' then 0 else"
              + " -amount end as should from balance where unit = 'MICRO' and (account like"
              + " 'wallet:%' or account like 'held:%' or account like 'funding:%' or account like"
              + " 'payments:%' or account like 'tax:%' or account like 'rounding:%') union all"
              + " select project, currency, 0, -posted_micro from statement_line union all select"
              + " project, currency, 0, amount_micro from statement_entry) as all_ where currency"
              + " <> '' group by project, currency having sum(has) <> sum(should)",
          "select 'statement ' || c.fiscal_year || '-' || c.serial || ' of ' || s.project || ' is '"
              + " || lower(c.state) || ', asks for ' || s.net_micro - s.settled_micro + s.tax_micro"
              + " - s.settled_tax_micro || ' ' || s.currency || ', and ' || s.paid_micro || ' was"
              + " paid' from statement_sum s join statement_close c using (project, month) where"
              + " s.paid_micro <> s.net_micro - s.settled_micro + s.tax_micro - s.settled_tax_micro and"
              + " (c.state = 'PAID' or s.paid_micro <> 0)",
          "select 'statement ' || c.fiscal_year || '-' || c.serial || ' of ' || c.project || ' is"
              + " closed, and all that it asks for was paid' from statement_close c where c.state ="
              + " 'CLOSED' and exists (select from statement_sum s where s.project = c.project and"
              + " s.month = c.month and s.paid_micro <> 0) and not exists (select from"
              + " statement_sum s where s.project = c.project and s.month = c.month and"
              + " s.paid_micro = 0 and s.net_micro + s.tax_micro <> s.settled_micro +"
              + " s.settled_tax_micro)",
          "select 'allowance ' || a.id || ' has ' || a.left_ms || ' left and ' || a.drawn_ms || '"
              + " held, and its postings sum to ' || coalesce(l.amount, 0) || ' and ' ||"
              + " coalesce(d.amount, 0) from allowance a left join balance l on l.account ="
              + " 'allowance:' || a.id and l.unit = 'ALLOWANCE_CORE_MS' left join balance d on"
              + " d.account = 'drawing:' || a.id and d.unit = 'ALLOWANCE_CORE_MS' where a.left_ms"
              + " <> coalesce(l.amount, 0) or a.drawn_ms <> coalesce(d.amount, 0)");

  private final Connection connection;
  private final List<String> problems = new ArrayList<>();
  private long position;
  private long postings;
  private final PostingChain chain = new PostingChain();
  private byte[] hash = PostingChain.START;
  private long heads;

  private LedgerAudit(Connection connection) {
    this.connection = connection;
  }

  /**
   * What was found.
   *
   * @param position of the log that the ledger has taken in
   * @param postings how many there are
   * @param hash of the last one, in hexadecimal
   * @param heads how many signed heads were compared
   * @param problems what is wrong, at most a hundred; empty when all is well
   */
  public record Report(
      long position, long postings, String hash, long heads, List<String> problems) {}

  /**
   * Connects and checks everything in one state of the database.
   *
   * @param url a JDBC URL of PostgreSQL
   * @param archive the folder of archived months, which are read as well
   * @param signed the signed heads
   * @param key that signed them, or null to compare no heads
   * @throws IOException when the heads cannot be read
   * @throws LedgerUnavailable when the database cannot be read
   */
  public static Report check(
      String url, String user, String password, Path archive, Path signed, PublicKey key)
      throws IOException {
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      return check(connection, archive, signed, key);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /**
   * Checks everything in one state of the database, and in the files of archived months. A file
   * that is not as it was written is all that is said then.
   *
   * @param archive the folder of archived months, or null where there are none
   * @param signed the signed heads
   * @param key that signed them, or null to compare no heads
   * @throws IOException when the heads cannot be read
   */
  public static Report check(Connection connection, Path archive, Path signed, PublicKey key)
      throws SQLException, IOException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    LedgerAudit audit = new LedgerAudit(connection);
    try (HeadFile.Cursor cursor = new HeadFile.Cursor(signed)) {
      if (ArchivedTables.readIn(connection, archive, audit::problem)) {
        audit.chain(key == null ? () -> null : cursor::next, key);
        audit.end();
        for (String sql : SUMS) {
          audit.sum(sql);
        }
        MonthAudit.check(connection, signed.resolveSibling(MonthFile.MONTHS), key, audit::problem);
      }
    } finally {
      connection.rollback();
    }
    return new Report(
        audit.position,
        audit.postings,
        HexFormat.of().formatHex(audit.hash),
        audit.heads,
        List.copyOf(audit.problems));
  }

  private interface Heads {
    SignedHead next() throws IOException;
  }

  private void problem(String what) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(what);
    }
  }

  private void chain(Heads signed, PublicKey key) throws SQLException, IOException {
    SignedHead head = next(signed, key, null);
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select " + Rows.CHAIN_COLUMNS + " from posting order by seq")) {
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          postings++;
          if (row.getLong("seq") != postings) {
            problem("posting " + postings + " is missing");
            return;
          }
          hash = chain.next(hash, postings, Rows.posting(row));
          if (!Arrays.equals(hash, row.getBytes("hash"))) {
            problem("posting " + postings + " (" + row.getString("id") + ") was changed");
            return;
          }
          while (head != null && head.seq() <= postings) {
            compare(head);
            head = next(signed, key, head);
          }
        }
      }
    }
    if (head != null) {
      problem(
          "the ledger ends at posting "
              + postings
              + ", and a head of posting "
              + head.seq()
              + " was signed at position "
              + head.position());
    }
  }

  private void compare(SignedHead head) {
    heads++;
    if (head.seq() == postings && !head.hash().equals(HexFormat.of().formatHex(hash))) {
      problem("posting " + head.seq() + " is another one than the head that was signed for it");
    }
  }

  private SignedHead next(Heads signed, PublicKey key, SignedHead before) throws IOException {
    SignedHead head = signed.next();
    if (head != null && !head.isSignedBy(key)) {
      problem("the head of posting " + head.seq() + " has a wrong signature");
    }
    if (head != null && before != null && head.seq() <= before.seq()) {
      problem("the head of posting " + head.seq() + " stands behind that of " + before.seq());
    }
    return head;
  }

  private void end() throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("select position, posting_seq, chain_hash from intake");
        ResultSet row = statement.executeQuery()) {
      boolean any = row.next();
      position = any ? row.getLong(1) : 0;
      long seq = any ? row.getLong(2) : 0;
      if (problems.isEmpty() && seq != postings) {
        problem("the intake has posted " + seq + " and there are " + postings);
      } else if (problems.isEmpty() && any && !Arrays.equals(row.getBytes(3), hash)) {
        problem("the intake goes on from another hash than that of the last posting");
      }
    }
  }

  private void sum(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql + " limit 100");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        problem(row.getString(1));
      }
    }
  }
}
