package org.queqiao.accounting.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.queqiao.accounting.archive.ArchiveDamaged;
import org.queqiao.accounting.archive.ArchiveFolder;
import org.queqiao.accounting.archive.Manifest;

/** Brings an archived month back into the tables, in one transaction. The files stay. */
public final class ArchiveRestore {
  private static final int BUFFER_BYTES = 1 << 16;

  private ArchiveRestore() {}

  /**
   * Connects and restores.
   *
   * @param archive the folder of the archived months
   * @param month {@code YYYY-MM}
   * @param who does it
   * @return how many rows came back; empty when the month is not archived
   * @throws ArchiveDamaged when a file is missing or was changed: nothing is changed then
   */
  public static Optional<Long> restore(
      String url,
      String user,
      String password,
      Path archive,
      String month,
      String who,
      String reason,
      long nowMs)
      throws IOException {
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      return restore(connection, new ArchiveFolder(archive), month, who, reason, nowMs);
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }

  static Optional<Long> restore(
      Connection connection,
      ArchiveFolder folder,
      String month,
      String who,
      String reason,
      long nowMs)
      throws SQLException, IOException {
    connection.setAutoCommit(false);
    try {
      Optional<ArchiveRows.Month> archived =
          ArchiveRows.lock(connection, month)
              .filter(each -> each.state() == ArchiveRows.State.ARCHIVED);
      if (archived.isEmpty()) {
        return Optional.empty();
      }
      Manifest manifest = folder.manifest(month, archived.get().manifest());
      long rows = 0;
      for (Manifest.Part each : manifest.parts()) {
        Parts.create(connection, each.of(), each.name());
        copy(connection, folder, month, each, each.name());
        rows += each.rows();
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("set local lock_timeout = '10s'");
      }
      for (Manifest.Part each : manifest.parts()) {
        Parts.attach(connection, each.of(), each.name(), each.from(), each.to());
      }
      ArchiveRows.restored(connection, month);
      ArchiveRows.step(connection, month, ArchiveRows.State.RESTORED, who, nowMs, reason);
      connection.commit();
      return Optional.of(rows);
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  /** Copies a file into a table; a file that is not as it was written leaves nothing there. */
  static void copy(
      Connection connection, ArchiveFolder folder, String month, Manifest.Part part, String table)
      throws SQLException, IOException {
    // First the whole of it, so that nothing else is told to the database.
    folder.check(month, part);
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "copy "
                    + table
                    + " ("
                    + String.join(", ", part.columns())
                    + ") from stdin with (format csv, header)");
    try {
      folder.read(month, part, csv -> send(csv, copy));
      if (copy.endCopy() != part.rows()) {
        throw new ArchiveDamaged("archive of " + month + ": " + part.file() + " has other rows");
      }
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void send(InputStream csv, CopyIn copy) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      for (int read = csv.read(buffer); read >= 0; read = csv.read(buffer)) {
        copy.writeToCopy(buffer, 0, read);
      }
    } catch (SQLException e) {
      throw new LedgerUnavailable(e);
    }
  }
}
