package org.queqiao.accounting.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.queqiao.accounting.archive.ArchiveFolder;
import org.queqiao.accounting.archive.Manifest;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;

/** Which months are in files, and what single jobs have there. */
public final class ArchiveReads {
  /** So many rows of files are read for one answer at most: some seconds. */
  private static final long MAX_ROWS_READ = 3_000_000;

  /** So many postings of one answer at most come from files. */
  private static final int MAX_FOUND = 100_000;

  private final DataSource database;
  private final ArchiveFolder folder;

  ArchiveReads(DataSource database, Path folder) {
    this.database = database;
    this.folder = folder == null ? null : new ArchiveFolder(folder);
  }

  /**
   * A part of a table that is a file.
   *
   * @param name of the part and of its file
   * @param of which table
   * @param sha256 of the file
   */
  public record Part(String name, String of, long rows, long bytes, String sha256) {}

  /**
   * A month that is in files, shall be, or was.
   *
   * @param month {@code YYYY-MM}
   * @param state {@code ORDERED}, {@code ARCHIVED} or {@code RESTORED}
   * @param proposal what two people agreed on
   * @param problem why it is not in files yet, or empty
   * @param manifest SHA-256 of the manifest, or empty
   * @param firstPosition of the log, of its first posting; 0 for none
   * @param lastPosition of its last
   * @param hashBefore of the chain before its first posting, in hexadecimal, or empty
   * @param hashAfter of its last
   * @param parts while it is in files
   * @param steps what was done, the oldest first
   */
  public record Month(
      String month,
      String state,
      long proposal,
      String problem,
      String manifest,
      long firstPosition,
      long lastPosition,
      String hashBefore,
      String hashAfter,
      List<Part> parts,
      List<Step> steps) {
    public Month {
      parts = List.copyOf(parts);
      steps = List.copyOf(steps);
    }
  }

  /**
   * Something that was done with a month.
   *
   * @param what {@code ARCHIVED} or {@code RESTORED}
   * @param who did or agreed on it
   */
  public record Step(String what, String who, long atMs, String reason) {}

  /** All of them, the oldest first. */
  public List<Month> months() {
    try (Connection connection = database.getConnection()) {
      Map<String, List<Part>> parts = parts(connection);
      Map<String, List<Step>> steps = steps(connection);
      List<Month> all = new ArrayList<>();
      try (PreparedStatement statement =
              connection.prepareStatement(
                  "select month, state, proposal, problem, manifest, first_position, last_position,"
                      + " encode(hash_before, 'hex'), encode(hash_after, 'hex') from archive_month"
                      + " order by month");
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          int i = 1;
          String month = row.getString(i++);
          all.add(
              new Month(
                  month,
                  row.getString(i++),
                  row.getLong(i++),
                  row.getString(i++),
                  row.getString(i++),
                  row.getLong(i++),
                  row.getLong(i++),
                  row.getString(i++),
                  row.getString(i),
                  parts.getOrDefault(month, List.of()),
                  steps.getOrDefault(month, List.of())));
        }
      }
      return all;
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  private static Map<String, List<Part>> parts(Connection connection) throws SQLException {
    Map<String, List<Part>> all = new TreeMap<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select month, name, of, rows, bytes, sha256 from archive_part order by name");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
            .add(
                new Part(
                    row.getString(2),
                    row.getString(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getString(6)));
      }
    }
    return all;
  }

  private static Map<String, List<Step>> steps(Connection connection) throws SQLException {
    Map<String, List<Step>> all = new TreeMap<>();
    try (PreparedStatement statement =
            connection.prepareStatement(
                "select month, what, who, at_ms, reason from archive_step order by id");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        all.computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
            .add(new Step(row.getString(2), row.getString(3), row.getLong(4), row.getString(5)));
      }
    }
    return all;
  }

  /**
   * Why a month cannot go into files; empty when it can.
   *
   * @param month {@code YYYY-MM}
   * @param now the month in which it is asked
   * @param afterMonths so many months must be between them
   */
  public Optional<String> refusal(String month, YearMonth now, int afterMonths) {
    if (YearMonth.parse(month).plusMonths(afterMonths).isAfter(now)) {
      return Optional.of(
          "month "
              + month
              + " is not "
              + afterMonths
              + " months old (accounting.archiveAfterMonths)");
    }
    String sql =
        "select case when a.state = 'ARCHIVED' then 'is archived' when a.state = 'ORDERED' then 'is"
            + " being archived' when coalesce(c.state, '') <> 'CLOSED' then 'is not closed' else"
            + " (select 'has a statement that is not paid: ' || s.fiscal_year || '-' ||"
            + " lpad(s.serial::text, 6, '0') || ' of ' || s.project from statement_close s where"
            + " s.month = m.month and s.state <> 'PAID' and (exists (select from statement_line l"
            + " where l.project = s.project and l.month = s.month and l.posted_micro <> 0) or"
            + " exists (select from statement_entry e where e.project = s.project and e.month ="
            + " s.month and e.amount_micro <> 0)) order by s.serial limit 1) end from (select"
            + " ?::text as month) m left join month_close c using (month) left join archive_month a"
            + " using (month)";
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, month);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Optional.ofNullable(row.getString(1)).map(why -> "month " + month + " " + why);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** A part of the postings with the month of its folder. */
  private record Candidate(ArchiveRows.Month month, String name) {}

  /** The postings of a job that are in files, in their order. */
  List<Posting> postings(JobId job) {
    try (Connection connection = database.getConnection()) {
      return find(connection, job.value(), _ -> true);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** Postings in files to the wallet of a project that are for no run, behind a position. */
  List<Posting> walletPostings(ProjectName project, long position) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select from archive_month where state = 'ARCHIVED' and last_position > ?")) {
      statement.setLong(1, position);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return List.of();
        }
      }
      String wallet = "wallet:" + project;
      return find(
          connection, 0, each -> each.account().equals(wallet) && each.position() > position);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /**
   * The postings in files that fit.
   *
   * @param job of which they are, or 0 for those of no job
   * @throws MonthArchived when too much would have to be read
   */
  List<Posting> find(Connection connection, long job, Predicate<Posting> which)
      throws SQLException {
    List<Posting> found = new ArrayList<>();
    List<Candidate> candidates = candidates(connection, job);
    long rows = 0;
    try {
      for (Candidate each : candidates) {
        ArchiveRows.Month month = each.month();
        if (folder == null) {
          throw new MonthArchived(List.of(month.month()));
        }
        for (Manifest.Part part : folder.manifest(month.month(), month.manifest()).parts()) {
          if (!part.name().equals(each.name())) {
            continue;
          }
          rows += part.rowsOf(job);
          if (rows > MAX_ROWS_READ) {
            throw new MonthArchived(List.of(month.month()));
          }
          PartSums reader = new PartSums(part.of(), part.columns(), PostingChain.START);
          folder.rowsOf(
              month.month(),
              part,
              job,
              row -> {
                if (reader.job(row) == job && which.test(reader.posting(row))) {
                  found.add(reader.posting(row));
                }
                if (found.size() > MAX_FOUND) {
                  throw new MonthArchived(List.of(month.month()));
                }
              });
        }
      }
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
    return found;
  }

  private static List<Candidate> candidates(Connection connection, long job) throws SQLException {
    List<Candidate> all = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select m.month, m.proposal, m.manifest, p.name from archive_part p join archive_month"
                + " m on m.month = p.month where p.of = 'posting' and (? = 0 or ? between"
                + " p.first_job and p.last_job) order by m.first_seq, p.name desc")) {
      statement.setLong(1, job);
      statement.setLong(2, job);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(
              new Candidate(
                  new ArchiveRows.Month(
                      row.getString(1),
                      ArchiveRows.State.ARCHIVED,
                      row.getLong(2),
                      "",
                      row.getString(3)),
                  row.getString(4)));
        }
      }
    }
    return all;
  }
}
