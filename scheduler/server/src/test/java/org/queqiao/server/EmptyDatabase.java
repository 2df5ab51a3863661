package org.queqiao.server;

import java.nio.file.Files;
import java.nio.file.Path;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.testkit.MadeOnce;

/** The programs of the database, and a cluster of tables in which nothing is yet. */
public final class EmptyDatabase {
  private static final MadeOnce EMPTY =
      new MadeOnce(
          folder -> {
            EmbeddedDatabase database = new EmbeddedDatabase(folder);
            database.start();
            database.stop();
            Files.delete(folder.resolve("port"));
          },
          "dist");

  private EmptyDatabase() {}

  /** One in a folder that is not there yet; it does not run. */
  public static EmbeddedDatabase in(Path folder) throws Exception {
    EMPTY.copyTo(folder);
    return new EmbeddedDatabase(folder);
  }
}
