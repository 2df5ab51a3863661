package org.queqiao.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.sql.LedgerAudit;
import org.queqiao.contract.event.LoggedEvent;

/** Books in a PostgreSQL of the site, backed up and restored with its own programs. */
final class PgDumpTest {
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final int WAIT_S = 120;

  @TempDir(cleanup = CleanupMode.NEVER)
  Path folder;

  /** The programs of an installed server, the newest. */
  private static Optional<Path> programs() throws IOException {
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (var versions = Files.list(INSTALLED)) {
      return versions
          .map(each -> each.resolve("bin"))
          .filter(each -> Files.isExecutable(each.resolve("initdb")))
          .filter(each -> Files.isExecutable(each.resolve("pg_dump")))
          .max(Comparator.comparing(Path::toString));
    }
  }

  private Path programs;

  /** Runs a program to its end; the database refuses to run as root. */
  private void run(String name, String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("unshare", "--user", "--"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    Path out = folder.resolve(name + "-" + program + ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .directory(folder.toFile())
            .start();
    boolean ended = process.waitFor(WAIT_S, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended && process.exitValue() == 0)
        .as("%s: %s", program, Files.readString(out))
        .isTrue();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A fresh server. */
  private EmbeddedDatabase.Access start(String name) throws Exception {
    run(name, "initdb", "-D", name, "-U", "queqiao", "--auth=trust", "--encoding=UTF8");
    int port = freePort();
    run(
        name,
        "pg_ctl",
        "start",
        "-w",
        "-D",
        name,
        "-l",
        folder.resolve(name + ".log").toString(),
        "-o",
        "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
    return new EmbeddedDatabase.Access(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "queqiao", "");
  }

  private void stop(String name) throws Exception {
    if (Files.exists(folder.resolve(name).resolve("postmaster.pid"))) {
      run(name, "pg_ctl", "stop", "-w", "-m", "fast", "-D", name);
    }
  }

  private static String at(EmbeddedDatabase.Access access) {
    return access.url().replace("jdbc:postgresql", "postgresql").replace("//", "//queqiao@");
  }

  /** The backup is made while the books go on, as every night. */
  @ParameterizedTest
  @ValueSource(longs = {71, 72})
  void booksThatPgDumpSavedAndAFreshServerRestoredLoseAndDoubleNothing(long seed) throws Exception {
    programs = programs().orElse(null);
    // Root's run of all tests installs it; others may be on a machine without it.
    boolean root = "root".equals(System.getProperty("user.name"));
    Assumptions.assumeTrue(root || programs != null, "PostgreSQL is not installed");
    assertThat(programs).as("apt-get install postgresql").isNotNull();
    List<LoggedEvent> log = History.random(seed).events();
    int evening = log.size() / 3;
    try {
      EmbeddedDatabase.Access site = start("site");
      RestoreTest.sql(site, "create database books");
      RestoreTest.follow(site, "books", log.subList(0, evening));
      CompletableFuture<Void> day =
          CompletableFuture.runAsync(() -> {
            try {
              for (int to = evening; to < log.size(); to = Math.min(log.size(), to + 5)) {
                RestoreTest.follow(site, "books", log.subList(0, to));
              }
              RestoreTest.follow(site, "books", log);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      Path backup = folder.resolve("books.dump");
      run(
          "site",
          "pg_dump",
          "--format=custom",
          "--serializable-deferrable",
          "--file=" + backup,
          at(site).replace("/postgres", "/books"));
      day.get(WAIT_S, TimeUnit.SECONDS);
      List<String> today = RestoreTest.content(site, "books");
      stop("site");
      EmbeddedDatabase.Access fresh = start("fresh");
      run(
          "fresh",
          "pg_restore",
          "--clean",
          "--if-exists",
          "--create",
          "--exit-on-error",
          "--dbname=" + at(fresh),
          backup.toString());
      assertThat(RestoreTest.content(fresh, "books")).isNotEqualTo(today);
      RestoreTest.follow(fresh, "books", log);
      assertThat(RestoreTest.content(fresh, "books")).isEqualTo(today);
      try (Connection connection = RestoreTest.connect(fresh, "books")) {
        assertThat(LedgerAudit.check(connection, null, folder.resolve("heads"), null).problems())
            .isEmpty();
      }
      // Once more, over what is there: what was restored is what goes.
      run(
          "fresh",
          "pg_restore",
          "--clean",
          "--if-exists",
          "--create",
          "--exit-on-error",
          "--dbname=" + at(fresh),
          backup.toString());
      RestoreTest.follow(fresh, "books", log);
      assertThat(RestoreTest.content(fresh, "books")).isEqualTo(today);
    } finally {
      stop("site");
      stop("fresh");
      RestoreTest.delete(folder);
    }
  }
}
