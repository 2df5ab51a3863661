package org.queqiao.accounting.sql;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.queqiao.accounting.archive.ArchiveDamaged;
import org.queqiao.accounting.archive.ArchiveFolder;
import org.queqiao.accounting.archive.CsvRows;
import org.queqiao.accounting.archive.Manifest;
import org.queqiao.accounting.archive.PartWriter;
import org.queqiao.accounting.metering.BillingCalendar;

/**
 * Moves the postings and segments of closed months into files, a month at a time: the files are
 * written, read back and compared, and only then the parts of the tables go, all in one
 * transaction. Whoever begins again after a crash begins the month anew.
 */
public final class Archiver {
  /** So long readers and the books wait behind this at most. */
  private static final String LOCK_WAIT = "set local lock_timeout = '2s'";

  /** PostgreSQL says so of a lock that it did not get in time. */
  private static final String NOT_IN_TIME = "55P03";

  /** Is told after each step; what it throws ends the archiving there, as a crash does. */
  public interface Steps {
    void after(String step) throws IOException, SQLException;
  }

  private final DataSource database;
  private final BillingCalendar calendar;
  private final ArchiveFolder folder;
  private final Steps steps;

  Archiver(DataSource database, BillingCalendar calendar, Path folder, Steps steps) {
    this.database = database;
    this.calendar = calendar;
    this.folder = new ArchiveFolder(folder);
    this.steps = steps;
  }

  /**
   * Moves the months that two people agreed on.
   *
   * @param nowMs for the record of it
   * @return those that were moved
   * @throws LedgerUnavailable when the database fails
   * @throws IOException when files cannot be written: the database has all it had
   */
  public List<String> run(long nowMs) throws IOException {
    List<String> done = new ArrayList<>();
    try (Connection connection = database.getConnection()) {
      // The pool sets its own limit again when the connection comes back.
      connection.setNetworkTimeout(Runnable::run, 0);
      connection.setAutoCommit(false);
      try {
        for (ArchiveRows.Month each : ArchiveRows.months(connection)) {
          if (each.state() == ArchiveRows.State.ORDERED && move(connection, each, nowMs)) {
            done.add(each.month());
          }
        }
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
    return done;
  }

  private boolean move(Connection connection, ArchiveRows.Month month, long nowMs)
      throws SQLException, IOException {
    try {
      List<Sums> sums = new ArrayList<>();
      Manifest manifest = write(connection, month.month(), sums);
      connection.rollback();
      compare(manifest, sums);
      steps.after("compared");
      return drop(connection, month, manifest, sums, nowMs);
    } catch (IOException e) {
      said(connection, month, told(e));
      throw e;
    } catch (SQLException e) {
      boolean later = NOT_IN_TIME.equals(e.getSQLState());
      said(connection, month, later ? "others read the month: tried again" : e.getMessage());
      if (later) {
        return false;
      }
      throw e;
    }
  }

  /** The message of a failure of files is often the name of the file alone. */
  private static String told(IOException e) {
    return e instanceof AccessDeniedException denied
        ? denied.getFile() + " may not be written: the account of the server must own its folder"
        : e.getMessage();
  }

  private static void said(Connection connection, ArchiveRows.Month month, String problem)
      throws SQLException {
    if (connection.isClosed()) {
      return;
    }
    connection.rollback();
    ArchiveRows.problem(connection, month.month(), String.valueOf(problem));
    connection.commit();
  }

  /** A part with what it comes to. */
  private record Sums(Manifest.Part part, PartSums sums) {}

  private Manifest write(Connection connection, String month, List<Sums> all)
      throws SQLException, IOException {
    Path own = folder.begin(month);
    List<Manifest.Part> parts = new ArrayList<>();
    Manifest.Chain chain = Manifest.Chain.NONE;
    byte[] before = null;
    for (Manifest.Part each : Parts.of(connection, calendar, YearMonth.parse(month))) {
      boolean ofPostings = each.of().equals(Parts.POSTINGS);
      if (ofPostings && before == null) {
        before = hashBefore(connection, each.name());
      }
      List<String> columns = columns(connection, each.of());
      PartSums sums = new PartSums(each.of(), columns, ofPostings ? before : PostingChain.START);
      Manifest.Part written = write(connection, own, each, columns, sums);
      if (ofPostings && sums.rows() > 0) {
        before = sums.hash();
        chain = joined(chain, sums.stretch());
      }
      parts.add(written);
      all.add(new Sums(written, sums));
      steps.after("wrote " + each.of());
    }
    Manifest manifest = new Manifest(month, chain, parts);
    folder.write(manifest);
    steps.after("wrote manifest");
    return manifest;
  }

  private static Manifest.Chain joined(Manifest.Chain first, Manifest.Chain next) {
    return first.firstSeq() == 0
        ? next
        : new Manifest.Chain(
            first.firstSeq(),
            next.lastSeq(),
            first.hashBefore(),
            next.hashAfter(),
            first.firstPosition(),
            next.lastPosition());
  }

  private static List<String> columns(Connection connection, String table) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select attname from pg_attribute where attrelid = ?::regclass and attnum > 0 and not"
                + " attisdropped order by attnum")) {
      statement.setString(1, table);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(row.getString(1));
        }
      }
    }
    return columns;
  }

  /** The hash of the posting before the first of a part. */
  private static byte[] hashBefore(Connection connection, String part) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select coalesce((select hash from posting where seq = first - 1), (select"
                    + " hash_after from archive_month where state = 'ARCHIVED' and first > 1 and"
                    + " last_seq = first - 1)) from (select min(seq) as first from only "
                    + part
                    + ") as part");
        ResultSet row = statement.executeQuery()) {
      byte[] hash = row.next() ? row.getBytes(1) : null;
      return hash == null ? PostingChain.START : hash;
    }
  }

  private static Manifest.Part write(
      Connection connection, Path own, Manifest.Part part, List<String> columns, PartSums sums)
      throws SQLException, IOException {
    CopyOut copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut(
                "copy (select "
                    + String.join(", ", columns)
                    + " from only "
                    + part.name()
                    + " order by "
                    + Parts.order(part.of())
                    + ") to stdout with (format csv)");
    try (PartWriter writer = new PartWriter(own, part, columns)) {
      // PostgreSQL sends each row by itself.
      for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
        List<String> fields = new CsvRows(new java.io.ByteArrayInputStream(row)).next();
        sums.add(fields);
        writer.add(row, sums.job(fields));
      }
      sums.end();
      return writer.end(part, columns);
    } finally {
      // A copy that is cancelled leaves rows on their way: the next question would get them.
      while (copy.isActive() && copy.readFromCopy() != null) {
        // Of a file that cannot be written nothing is wanted.
      }
    }
  }

  /** Reads the files back: they must have what was written. */
  private void compare(Manifest manifest, List<Sums> all) throws IOException {
    Manifest read = folder.manifest(manifest.month(), manifest.sha256());
    byte[] before = HexFormat.of().parseHex(read.chain().hashBefore());
    for (Sums each : all) {
      boolean ofPostings = each.part().of().equals(Parts.POSTINGS);
      PartSums found = new PartSums(each.part().of(), each.part().columns(), before);
      folder.rows(manifest.month(), each.part(), found::add);
      if (!found.end().isThatOf(each.sums())) {
        throw new ArchiveDamaged(each.part().file() + " has other sums than what was written");
      }
      if (ofPostings && found.rows() > 0) {
        before = found.hash();
      }
    }
  }

  private boolean drop(
      Connection connection, ArchiveRows.Month month, Manifest manifest, List<Sums> all, long nowMs)
      throws SQLException, IOException {
    Map<PartSums.Key, Long> balances = new HashMap<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute(LOCK_WAIT);
      if (ArchiveRows.lock(connection, month.month())
          .filter(each -> each.state() == ArchiveRows.State.ORDERED)
          .isEmpty()) {
        return false;
      }
      for (Sums each : all) {
        statement.execute("lock table only " + each.part().name() + " in share mode");
        if (!PartSums.of(connection, each.part().of(), each.part().name()).isThatOf(each.sums())) {
          throw new ArchiveDamaged(each.part().name() + " has other rows than its file");
        }
        if (each.part().of().equals(Parts.POSTINGS)) {
          each.sums().sums().forEach((key, sum) -> balances.merge(key, sum, Math::addExact));
        }
      }
      ArchiveRows.archived(connection, manifest, balances);
      countJobs(connection, manifest);
      steps.after("recorded");
      // In the order in which the books write, so that neither waits for the other.
      for (Sums each : all) {
        String part = each.part().name();
        statement.execute("alter table " + each.part().of() + " detach partition " + part);
        statement.execute("drop table " + part);
      }
      ArchiveRows.run(
          connection,
          "insert into archive_step (month, what, who, at_ms, reason) select ?, 'ARCHIVED',"
              + " proposed_by || ' and ' || decided_by, ?, reason from proposal where id = ?",
          month.month(),
          nowMs,
          month.proposal());
      steps.after("dropped");
    }
    connection.commit();
    steps.after("committed");
    return true;
  }

  /** What statements of the month say beside their lines. */
  private static void countJobs(Connection connection, Manifest manifest) throws SQLException {
    for (Manifest.Part each : manifest.parts()) {
      if (each.of().equals(Parts.SEGMENTS)) {
        ArchiveRows.run(
            connection,
            "insert into archive_jobs (archived, month, project, user_name, partition, jobs) select"
                + " ?, month, project, user_name, partition, count(distinct job) from only "
                + each.name()
                + " s where not exists (select from paid_run p where p.job = s.job and p.attempt ="
                + " s.attempt) group by 2, 3, 4, 5",
            manifest.month());
      }
    }
  }
}
