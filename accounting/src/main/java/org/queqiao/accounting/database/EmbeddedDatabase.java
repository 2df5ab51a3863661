package org.queqiao.accounting.database;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * A PostgreSQL of our own in the data folder, for sites that bring none. It is a process by itself:
 * it outlives the server, and the next server adopts it.
 *
 * <pre>
 * FOLDER/dist/     the programs, unpacked once
 * FOLDER/data/     the cluster of tables, with fsync on
 * FOLDER/password  of the database user, made at the first start, readable by the owner alone
 * FOLDER/port      where it listens on the loopback address
 * </pre>
 */
public final class EmbeddedDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

  /** The database user; there is no other. */
  public static final String USER = "queqiao";

  private static final String DATABASE = "postgres";

  /** What the JDK calls a user without an entry in the user database. */
  private static final String NAMELESS = "?";

  /** A database that was killed repairs itself first, which takes as long as the disk takes. */
  private static final int START_SECONDS = 600;

  private final Path folder;

  public EmbeddedDatabase(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /** Where and as whom to connect. */
  public record Access(String url, String user, String password) {
    /** Leaves out the password. */
    @Override
    public String toString() {
      return "Access[" + url + ", " + user + "]";
    }
  }

  /**
   * Adopts the database that runs in the folder, or starts it, making it first when there is none.
   *
   * @throws IOException when it does not start; the message names the file that says why
   */
  public Access start() throws IOException {
    unpack();
    if (!Files.exists(data().resolve("PG_VERSION"))) {
      initialise();
    }
    Optional<Access> living = living();
    if (living.isPresent()) {
      LOG.info("adopted the running database at {}", living.get().url());
      return living.get();
    }
    int port = port();
    run(
        "pg_ctl",
        "start",
        "-w",
        "-t",
        Integer.toString(START_SECONDS),
        "-D",
        data().toString(),
        "-l",
        folder.resolve("postgres.log").toString(),
        "-o",
        "-p "
            + port
            + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on"
            + " -c synchronous_commit=on -c max_connections=40 -c shared_buffers=128MB"
            + " -c wal_buffers=16MB -c max_wal_size=4GB -c checkpoint_timeout=15min"
            + " -c password_encryption=scram-sha-256");
    return living()
        .orElseThrow(() ->
            new IOException(
                "the database started and cannot be reached; see "
                    + folder.resolve("postgres.log")));
  }

  /** Stops the database that runs in the folder, ending its sessions. */
  public void stop() throws IOException {
    if (Files.exists(data().resolve("postmaster.pid"))) {
      run("pg_ctl", "stop", "-w", "-m", "fast", "-D", data().toString());
    }
  }

  /**
   * How to reach the database if it runs; starts nothing.
   *
   * @throws IOException when the folder cannot be read
   */
  public Optional<Access> running() throws IOException {
    return living();
  }

  private Path data() {
    return folder.resolve("data");
  }

  private Optional<Access> living() throws IOException {
    Path port = folder.resolve("port");
    if (!Files.exists(port) || !Files.exists(data().resolve("postmaster.pid"))) {
      return Optional.empty();
    }
    Access access =
        new Access(
            "jdbc:postgresql://127.0.0.1:" + Files.readString(port).strip() + "/" + DATABASE,
            USER,
            Files.readString(folder.resolve("password")).strip());
    try (Connection connection =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        var row = connection.createStatement().executeQuery("show data_directory")) {
      boolean ours =
          row.next() && Path.of(row.getString(1)).toRealPath().equals(data().toRealPath());
      return ours ? Optional.of(access) : Optional.empty();
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  private void initialise() throws IOException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    write(folder.resolve("password"), HexFormat.of().formatHex(random));
    run(
        "initdb",
        "-D",
        data().toString(),
        "-U",
        USER,
        "--pwfile",
        folder.resolve("password").toString(),
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums");
  }

  private static void write(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text + "\n");
  }

  /** The port of the last start while it is free: who lost the connection finds it there again. */
  private int port() throws IOException {
    Path file = folder.resolve("port");
    if (Files.exists(file)) {
      int last = Integer.parseInt(Files.readString(file).strip());
      try (ServerSocket probe = new ServerSocket(last, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException e) {
        LOG.info("port {} is taken; the database gets another", last);
      }
    }
    int port = freePort();
    write(file, Integer.toString(port));
    return port;
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  /**
   * Runs a program of PostgreSQL, which refuses to run as root or as a user without a name: then it
   * runs in a user namespace of its own, where the same files belong to an ordinary user.
   */
  private void run(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    String me = System.getProperty("user.name");
    if (me.equals("root") || me.equals(NAMELESS)) {
      command.addAll(List.of("unshare", "--user", "--"));
    }
    command.add(folder.resolve("dist/bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    Path out = folder.resolve(program + ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .directory(folder.toFile())
            .start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(program + " failed: " + Files.readString(out).strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + program, e);
    }
  }

  /** Unpacks the programs from the jar of this machine's kind; a finished unpacking is marked. */
  private void unpack() throws IOException {
    Path dist = folder.resolve("dist");
    Path mark = dist.resolve(".unpacked");
    if (Files.exists(mark)) {
      return;
    }
    Files.createDirectories(
        dist, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    String arch = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
    String archive = "/postgres-linux-" + arch + ".txz";
    try (InputStream packed = EmbeddedDatabase.class.getResourceAsStream(archive)) {
      if (packed == null) {
        throw new IOException(
            "this build has no embedded PostgreSQL for " + arch + ": set database.url to a server");
      }
      TarArchiveInputStream tar =
          new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)));
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        extract(tar, entry, dist);
      }
    }
    Files.createFile(mark);
  }

  private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path dist)
      throws IOException {
    Path target = dist.resolve(entry.getName()).normalize();
    if (!target.startsWith(dist)) {
      throw new IOException("the archive reaches outside its folder: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
    } else if (entry.isSymbolicLink()) {
      Files.createDirectories(target.getParent());
      Files.deleteIfExists(target);
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else {
      Files.createDirectories(target.getParent());
      Files.deleteIfExists(target);
      Files.copy(tar, target);
      if ((entry.getMode() & 0100) != 0) {
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
      }
    }
  }

  /** Whether the process that the folder names is there and has not ended. */
  boolean isAlive() throws IOException {
    Optional<Long> pid = pid();
    if (pid.isEmpty()) {
      return false;
    }
    // One that has ended and was not reaped yet has no command line any more.
    Path line = Path.of("/proc", pid.get().toString(), "cmdline");
    try {
      return Files.readString(line, StandardCharsets.ISO_8859_1).contains("postgres");
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** The process id of the database that runs in the folder, or empty. */
  public Optional<Long> pid() {
    try {
      Path file = data().resolve("postmaster.pid");
      return Files.exists(file)
          ? Optional.of(Long.parseLong(Files.readAllLines(file).getFirst().strip()))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
