package org.queqiao.server.boot;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.queqiao.accounting.database.EmbeddedDatabase;
import org.queqiao.accounting.sql.ArchiveRestore;
import org.queqiao.accounting.sql.LedgerAudit;
import org.queqiao.accounting.sql.LedgerUnavailable;
import org.queqiao.accounting.sql.Rollups;
import org.queqiao.accounting.witness.HeadFile;
import org.queqiao.accounting.witness.MonthFile;
import org.queqiao.server.config.ConfigException;
import org.queqiao.server.config.ServerConfig;

/**
 * {@code queqiao ledger verify}: checks the books in the database against their own chain, their
 * sums and the heads that were signed. Asks no server and changes nothing; the database must run.
 * {@code queqiao ledger rollups}: compares the sums by month with their parts, or makes them anew.
 * {@code queqiao ledger restore}: brings an archived month back.
 */
public final class LedgerTool {
  private static final int USAGE = 2;
  private static final Pattern MONTH = Pattern.compile("[0-9]{4}-(0[1-9]|1[0-2])");
  private static final List<String> SUMS = List.of("--compare", "--rebuild");
  private static final String HELP =
      """
      usage: queqiao ledger verify [--heads FILE --key FILE] [--config FILE]
             queqiao ledger rollups --compare | --rebuild [--config FILE]
             queqiao ledger restore MONTH REASON [--config FILE]
        --heads  signed heads that were kept elsewhere, and
        --key    the public key for them; without both those in the data folder
        --compare  names each sum by month that is not that of its segments
        --rebuild  makes the sums by month anew from their segments; postings stay as they are
        restore    brings an archived month back into the database
      exit code: 0 the ledger is whole, 1 it is not or cannot be read, 2 the command is wrong\
      """;

  private LedgerTool() {}

  /** Runs and exits. */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  /**
   * Runs the command.
   *
   * @return the exit code
   */
  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    Path data = Path.of("data");
    Path config = null;
    Path heads = null;
    Path key = null;
    String verb = "";
    String sums = "";
    List<String> words = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      boolean last = i + 1 == arguments.size() && !SUMS.contains(word);
      if (word.startsWith("--") && last) {
        return wrong(err, word + " needs a value");
      }
      switch (word) {
        case "--data" -> data = Path.of(arguments.get(++i));
        case "--config" -> config = Path.of(arguments.get(++i));
        case "--heads" -> heads = Path.of(arguments.get(++i));
        case "--key" -> key = Path.of(arguments.get(++i));
        case "verify", "rollups" -> verb = word;
        case "restore" -> verb = verb.isEmpty() ? word : "both";
        case "--compare", "--rebuild" -> sums = sums.isEmpty() ? word : "both";
        default -> {
          if (!verb.equals("restore") || word.startsWith("--") || words.size() == 2) {
            return wrong(err, "there is no " + word);
          }
          words.add(word);
        }
      }
    }
    if (verb.equals("restore") && (words.size() != 2 || !MONTH.matcher(words.get(0)).matches())) {
      return wrong(err, "it is written restore MONTH REASON, such as 2026-10 \"an audit\"");
    }
    if (verb.isEmpty() || (heads == null) != (key == null)) {
      return wrong(
          err,
          verb.isEmpty()
              ? "say what: verify, rollups or restore"
              : "--heads and --key go together");
    }
    if (verb.equals("rollups") != SUMS.contains(sums)) {
      return wrong(err, "one of --compare and --rebuild goes with rollups");
    }
    Path settings = config == null ? data.resolve(ServerConfig.FILE) : config;
    try {
      boolean well =
          switch (verb) {
            case "rollups" -> rollups(data, settings, sums.equals("--rebuild"), out);
            case "restore" -> restore(data, settings, words.get(0), words.get(1), out);
            default -> verify(data, settings, heads, key, out);
          };
      return well ? 0 : 1;
    } catch (IOException | LedgerUnavailable | ConfigException failure) {
      err.println("queqiao ledger: " + failure.getMessage());
      return 1;
    }
  }

  /** Archived months come back into the database; who did it and why stays there. */
  private static boolean restore(
      Path data, Path config, String month, String reason, PrintStream out) throws IOException {
    EmbeddedDatabase.Access access = access(data, config);
    Optional<Long> rows =
        ArchiveRestore.restore(
            access.url(),
            access.user(),
            access.password(),
            DataFolder.archive(data),
            month,
            System.getProperty("user.name"),
            reason,
            System.currentTimeMillis());
    out.println(
        rows.map(count -> "month " + month + " is back: " + count + " rows")
            .orElse("month " + month + " is not archived"));
    return rows.isPresent();
  }

  private static int wrong(PrintStream err, String what) {
    err.println("queqiao ledger: " + what);
    err.println(HELP);
    return USAGE;
  }

  private static EmbeddedDatabase.Access access(Path data, Path config) throws IOException {
    ServerConfig.Database database = ServerConfig.read(config).database();
    if (database.embedded()) {
      return new EmbeddedDatabase(DataFolder.postgres(data))
          .running()
          .orElseThrow(() ->
              new IOException("the database in " + data + " does not run: ./queqiao up starts it"));
    }
    return new EmbeddedDatabase.Access(
        database.url(),
        database.user(),
        NamedSecrets.password("database.passwordFile", Path.of(database.passwordFile())));
  }

  private static boolean rollups(Path data, Path config, boolean rebuild, PrintStream out)
      throws IOException {
    EmbeddedDatabase.Access access = access(data, config);
    List<String> before = compare(access, data);
    before.forEach(out::println);
    if (before.isEmpty()) {
      out.println("the sums by month are those of their segments");
    } else if (rebuild) {
      List<String> wrong =
          Rollups.rebuild(access.url(), access.user(), access.password(), DataFolder.archive(data));
      wrong.forEach(out::println);
      out.println("the sums by month were " + (wrong.isEmpty() ? "" : "NOT ") + "made anew");
    } else {
      out.println("the sums by month are NOT those of their segments");
    }
    return before.isEmpty() || rebuild && compare(access, data).isEmpty();
  }

  private static List<String> compare(EmbeddedDatabase.Access access, Path data) {
    return Rollups.compare(
        access.url(), access.user(), access.password(), DataFolder.archive(data));
  }

  private static boolean verify(
      Path data, Path config, Path headsFile, Path keyFile, PrintStream out) throws IOException {
    Path own = DataFolder.ledgerHeads(data);
    Path heads = headsFile == null ? own.resolve(HeadFile.HEADS) : headsFile;
    Path key = keyFile == null ? own.resolve(HeadFile.PUBLIC) : keyFile;
    EmbeddedDatabase.Access access = access(data, config);
    boolean signed = Files.exists(heads);
    PublicKey known = signed ? HeadFile.publicKey(key) : null;
    LedgerAudit.Report report =
        LedgerAudit.check(
            access.url(), access.user(), access.password(), DataFolder.archive(data), heads, known);
    out.println("position " + report.position() + ", " + report.postings() + " postings");
    out.println("head " + report.hash());
    out.println(
        signed
            ? report.heads() + " signed heads compared"
            : "no signed heads at " + heads + ": nothing says that nothing is missing at the end");
    Path months = heads.resolveSibling(MonthFile.MONTHS);
    if (signed && !Files.exists(months)) {
      out.println("no signed months at " + months + ": closed ones are not compared");
    }
    report.problems().forEach(out::println);
    out.println(report.problems().isEmpty() ? "the ledger is whole" : "the ledger is NOT whole");
    return report.problems().isEmpty();
  }
}
