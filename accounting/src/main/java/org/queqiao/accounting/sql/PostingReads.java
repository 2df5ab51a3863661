package org.queqiao.accounting.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.queqiao.accounting.ledger.Dimensions;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;

/**
 * Postings of one job or wallet, in the tables and in files. What is in files is read last, so that
 * what is moved there meanwhile is found at least once.
 */
public final class PostingReads {
  // Found by the job or the account first, also without statistics: "offset 0" keeps PostgreSQL
  // from walking all postings in their order.
  private static final String OF_JOB =
      "select "
          + Rows.POSTING_COLUMNS
          + " from (select * from posting where job = ? and (? = 0 or attempt = ?) offset 0) p"
          + " order by seq limit ? offset ?";

  private static final String OF_WALLET =
      "select "
          + Rows.POSTING_COLUMNS
          + " from (select * from posting where job is null and account = ? and position <= ?"
          + " offset 0) p order by seq desc limit ?";

  private final DataSource database;
  private final ArchiveReads archive;
  private final PostingDimensions dimensions;

  PostingReads(DataSource database, ArchiveReads archive, BillingCalendar calendar) {
    this.database = database;
    this.archive = archive;
    this.dimensions = new PostingDimensions(calendar);
  }

  /**
   * Postings of a job in their order, with what they are for.
   *
   * @param run which of its runs, or 0 for all
   * @param skipped so many come before
   * @param limit so many at most, and no more than {@link LedgerReads#MAX_ROWS}
   */
  public List<Dimensions.Of> told(JobId job, int run, int skipped, int limit) {
    return told(ofJob(job, run, skipped, Math.min(limit, LedgerReads.MAX_ROWS)));
  }

  /**
   * Behind what a page of the postings of a wallet begins; what is posted meanwhile moves nothing.
   *
   * @param position of the last that was told
   * @param told so many of that position were
   */
  public record Before(long position, int told) {
    public static final Before NOTHING = new Before(Long.MAX_VALUE, 0);

    /** Behind a page that began here. */
    public Before behind(List<Dimensions.Of> page) {
      long last = page.getLast().posting().position();
      long there = page.stream().filter(each -> each.posting().position() == last).count();
      return new Before(last, Math.toIntExact(there) + (last == position ? told : 0));
    }
  }

  /**
   * As {@link LedgerReads#walletPostings}, with what they are for.
   *
   * @param limit so many at most
   */
  public List<Dimensions.Of> toldOfWallet(ProjectName project, Before before, int limit) {
    return told(ofWallet(project, before, limit));
  }

  private List<Dimensions.Of> told(List<Posting> postings) {
    try (Connection connection = database.getConnection()) {
      return dimensions.of(connection, postings);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  /** Postings of a job, or of one run of it, in their order, behind so many. */
  List<Posting> ofJob(JobId job, int run, int skipped, int limit) {
    List<Posting> live = live(job, run, skipped, limit);
    Map<String, Posting> all = new LinkedHashMap<>();
    archive.postings(job).stream()
        .filter(each -> run == 0 || each.run().attempt() == run)
        .forEach(each -> all.put(each.id(), each));
    if (all.isEmpty()) {
      return live;
    }
    live(job, run, 0, Math.addExact(skipped, limit))
        .forEach(each -> all.putIfAbsent(each.id(), each));
    // A month that was brought back may lie between those in files.
    return all.values().stream()
        .sorted(Comparator.comparingLong(Posting::position))
        .skip(skipped)
        .limit(limit)
        .toList();
  }

  /** Postings to the wallet of a project that are for no run, the newest first. */
  List<Posting> ofWallet(ProjectName project, Before before, int limit) {
    int most = Math.addExact(before.told(), limit);
    List<Posting> live = live(project, before, most);
    long oldest = live.size() < most || live.isEmpty() ? 0 : live.getLast().position();
    Map<String, Posting> all = new LinkedHashMap<>();
    live.forEach(each -> all.put(each.id(), each));
    // As in the tables also among those of one position: the last first.
    archive.walletPostings(project, oldest).reversed().stream()
        .filter(each -> each.position() <= before.position())
        .forEach(each -> all.putIfAbsent(each.id(), each));
    return all.values().stream()
        .sorted(Comparator.comparingLong(Posting::position).reversed())
        .skip(before.told())
        .limit(limit)
        .toList();
  }

  private List<Posting> live(JobId job, int run, int skipped, int limit) {
    return ask(
        OF_JOB,
        statement -> {
          statement.setLong(1, job.value());
          statement.setInt(2, run);
          statement.setInt(3, run);
          statement.setInt(4, limit);
          statement.setInt(5, skipped);
        });
  }

  private List<Posting> live(ProjectName project, Before before, int limit) {
    return ask(
        OF_WALLET,
        statement -> {
          statement.setString(1, "wallet:" + project);
          statement.setLong(2, before.position());
          statement.setInt(3, limit);
        });
  }

  private List<Posting> ask(String sql, Batch.Use set) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      set.with(statement);
      List<Posting> all = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(Rows.posting(row));
        }
      }
      return all;
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }
}
