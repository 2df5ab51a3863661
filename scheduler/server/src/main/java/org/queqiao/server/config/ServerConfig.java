package org.queqiao.server.config;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All settings of a server, one record for each part.
 *
 * @param settings every key with its value, for {@code queqiao config show} and the documentation
 */
public record ServerConfig(
    Http http,
    Limits limits,
    Log log,
    Loop loop,
    Database database,
    Billing billing,
    Agents agents,
    Bridges bridges,
    Alerts alerts,
    Accounting accounting,
    Audit audit,
    List<Setting> settings) {
  /** The file that is read when the command line names none, within the data folder. */
  public static final String FILE = "queqiao.yaml";

  private static final long MINUTE_MS = 60_000;
  private static final long MEBIBYTE = 1 << 20;

  /** The same with another word on bills. */
  public ServerConfig with(Billing other) {
    return new ServerConfig(
        http,
        limits,
        log,
        loop,
        database,
        other,
        agents,
        bridges,
        alerts,
        accounting,
        audit,
        settings);
  }

  /** Where people and programs reach the server. */
  public record Http(
      String host,
      int port,
      String publicUrl,
      String tlsCertificate,
      String tlsKey,
      int maxConnections,
      int maxBodyBytes,
      int headTimeoutS,
      int idleTimeoutS) {
    /** As it stands in a URL. */
    public String hostInUrl() {
      return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    static Http read(Settings from) {
      return new Http(
          from.address(
              "http.host", "Address to listen on, of IPv4 or IPv6; other than loopback needs TLS."),
          from.integer(
              "http.port",
              "port",
              8080,
              0,
              65_535,
              "Port to listen on; 0 takes a free one. Without it that of the last --port, if there"
                  + " was one."),
          from.text(
              "http.publicUrl",
              "URL",
              "",
              "Where browsers reach the console; empty: host and port."),
          from.text("http.tlsCertificate", "path", "", "Certificate chain in PEM; empty: no TLS."),
          from.text("http.tlsKey", "path", "", "Private key in PEM, readable by its owner alone."),
          from.integer(
              "http.maxConnections",
              "connections",
              4096,
              16,
              1_000_000,
              "Open connections; more are closed."),
          from.integer(
              "http.maxBodyBytes",
              "bytes",
              2 << 20,
              1024,
              16 << 20,
              "Longest request body; longer ones are refused with 413."),
          from.integer(
              "http.headTimeoutS",
              "seconds",
              10,
              1,
              300,
              "A new connection is closed when the head of its first request takes longer."),
          from.integer(
              "http.idleTimeoutS",
              "seconds",
              90,
              5,
              3600,
              "A connection without traffic, or without a whole request, is closed after this."));
    }

    /** Whether requests travel over TLS. */
    public boolean tls() {
      return !tlsCertificate.isEmpty();
    }
  }

  /** How much one account may ask for. */
  public record Limits(
      int submitsPerSecond, int submitBurst, int requestsPerSecond, int requestBurst) {
    static Limits read(Settings from) {
      return new Limits(
          from.integer(
              "limits.submitsPerSecond",
              "submits per second",
              200,
              1,
              10_000_000,
              "Sustained rate of submissions of an account."),
          from.integer(
              "limits.submitBurst",
              "submits",
              2_000,
              1,
              10_000_000,
              "Submissions of an account at once."),
          from.integer(
              "limits.requestsPerSecond",
              "requests per second",
              500,
              1,
              10_000_000,
              "Sustained rate of other requests of an account."),
          from.integer(
              "limits.requestBurst",
              "requests",
              5_000,
              1,
              10_000_000,
              "Other requests of an account at once."));
    }
  }

  /** The event log on disk. */
  public record Log(long segmentBytes, long reserveBytes, long lowWaterBytes) {
    static Log read(Settings from) {
      return new Log(
          from.number(
              "log.segmentBytes",
              "bytes",
              64 * MEBIBYTE,
              MEBIBYTE,
              1024 * MEBIBYTE,
              "Length at which a segment is closed and the next begun."),
          from.number(
              "log.reserveBytes",
              "bytes",
              64 * MEBIBYTE,
              0,
              1L << 40,
              "Room kept for the records of running jobs when the disk is full."),
          from.number(
              "log.lowWaterBytes",
              "bytes",
              64 * MEBIBYTE,
              0,
              1L << 40,
              "Free room below which new jobs are refused with 507."));
    }
  }

  /** The scheduler's thread. */
  public record Loop(int inboxCapacity, int maxBatch, long snapshotEveryEvents) {
    static Loop read(Settings from) {
      return new Loop(
          from.integer(
              "loop.inboxCapacity",
              "inputs",
              8_192,
              64,
              1 << 20,
              "Inputs that may wait; a full inbox is answered with 503."),
          from.integer(
              "loop.maxBatch",
              "inputs",
              1_024,
              1,
              1 << 16,
              "Inputs made durable by one sync at most."),
          from.number(
              "loop.snapshotEveryEvents",
              "events",
              200_000,
              100,
              1L << 40,
              "A snapshot is written after so many events."));
    }
  }

  /** The ledger's database. */
  public record Database(String url, String user, String passwordFile) {
    static Database read(Settings from) {
      return new Database(
          from.text(
              "database.url",
              "JDBC URL",
              "",
              "A PostgreSQL server; empty: the embedded one in the data folder."),
          from.text("database.user", "name", "queqiao", "Database user; only with database.url."),
          from.text(
              "database.passwordFile",
              "path",
              "",
              "File of mode 0400 or 0600 with the password, not empty; only with database.url."));
    }

    /** Whether the database is the one in the data folder. */
    public boolean embedded() {
      return url.isEmpty();
    }
  }

  /** How periods and amounts are named. */
  public record Billing(ZoneId zone, int fiscalYearStart, String currency) {
    private static final int MONTHS = 12;

    /** The same by another name of its zone, if that has the same rules. */
    public Billing named(ZoneId other) {
      return zone.getRules().equals(other.getRules())
          ? new Billing(other, fiscalYearStart, currency)
          : this;
    }

    static Billing read(Settings from) {
      String zone =
          from.text(
              "billing.zone",
              "time zone",
              "Asia/Shanghai",
              "Where a billing day begins. Set once, before the first job: the log keeps it.");
      String currency =
          from.text(
              "billing.currency", "ISO 4217 code", "CNY", "Currency of amounts that name none.");
      int fiscalYearStart =
          from.integer(
              "billing.fiscalYearStart",
              "month",
              1,
              1,
              MONTHS,
              "The month in which a fiscal year begins; it is named after the year in which it"
                  + " does. Later two people change it: write what they agreed on.");
      if (!currency.matches("[A-Z]{3}")) {
        throw new ConfigException(
            "billing.currency must be three capital letters, not '" + currency + "'");
      }
      try {
        return new Billing(ZoneId.of(zone), fiscalYearStart, currency);
      } catch (DateTimeException e) {
        throw new ConfigException(
            "billing.zone '" + zone + "' is no time zone; an example is Asia/Shanghai");
      }
    }
  }

  /**
   * What the books keep in the database.
   *
   * @param archiveAfterMonths how old a month must be to go into files, or 0 where none does
   */
  public record Accounting(int archiveAfterMonths) {
    private static final int MOST_MONTHS = 1_200;

    static Accounting read(Settings from) {
      return new Accounting(
          from.integer(
              "accounting.archiveAfterMonths",
              "months",
              0,
              0,
              MOST_MONTHS,
              "Closed and paid months that are so old may be moved into files; 0: none may."));
    }
  }

  /**
   * What changes of the site must say.
   *
   * @param reasonsRequired whether an administrative change without a reason is refused
   */
  public record Audit(boolean reasonsRequired) {
    private static final String OPTIONAL = "optional";
    private static final String REQUIRED = "required";

    static Audit read(Settings from) {
      String reasons =
          from.text(
              "audit.reasons",
              "required or optional",
              OPTIONAL,
              "Whether an administrative change without a reason is refused.");
      return switch (reasons) {
        case OPTIONAL -> new Audit(false);
        case REQUIRED -> new Audit(true);
        default ->
            throw new ConfigException(
                "audit.reasons is required or optional, not '" + reasons + "'");
      };
    }
  }

  /** The connections of node agents. */
  public record Agents(
      String host,
      int port,
      int shellPort,
      String shellAddress,
      long silentMs,
      String jobProgram,
      int processesPerRun,
      boolean noNewPrivileges) {
    private static final Pattern PROGRAM = Pattern.compile("(/[A-Za-z0-9._+-]+)+");
    private static final int PROGRAM_MAX = 200;

    /**
     * The same path when it can stand behind the {@code #!} of a script.
     *
     * @throws ConfigException when it cannot
     */
    public static String program(String from, String path) {
      if (!path.isEmpty() && (path.length() > PROGRAM_MAX || !PROGRAM.matcher(path).matches())) {
        throw new ConfigException(
            from
                + " is an absolute path of at most "
                + PROGRAM_MAX
                + " letters, digits and ._+-/, not '"
                + path
                + "'");
      }
      return path;
    }

    private static String shellAddress(String address) {
      boolean good = address.isEmpty() || address.indexOf('%') < 0;
      try {
        good = good && (address.isEmpty() || InetAddress.ofLiteral(address) != null);
      } catch (IllegalArgumentException e) {
        good = false;
      }
      if (!good) {
        throw new ConfigException(
            "agents.shellAddress is an IP address, as nodes see it, not '" + address + "'");
      }
      return address;
    }

    static Agents read(Settings from) {
      return new Agents(
          from.address("agents.host", "Address where agents connect, of IPv4 or IPv6."),
          from.integer(
              "agents.port",
              "port",
              0,
              0,
              65_535,
              "Port where agents connect; 0 takes a free one and keeps it."),
          from.integer(
              "agents.shellPort",
              "port",
              0,
              0,
              65_535,
              "Port where the nodes of people's shells connect; 0 takes a free one at each start."),
          shellAddress(
              from.text(
                  "agents.shellAddress",
                  "IP address",
                  "",
                  "Address of that port as nodes see it, where the server's own is translated;"
                      + " empty for the one to which their agents connect.")),
          from.number(
              "agents.silentMs",
              "milliseconds",
              MINUTE_MS,
              15_000,
              86_400_000,
              "A node that says nothing for so long is DOWN."),
          program(
              "agents.jobProgram",
              from.text(
                  "agents.jobProgram",
                  "path",
                  "",
                  "The command of jobs that starts steps, on every node; empty for the one of this"
                      + " installation.")),
          from.integer(
              "agents.processesPerRun",
              "processes",
              32_768,
              64,
              4_194_304,
              "Processes and threads that a job may have on a node at a time."),
          from.flag(
              "agents.noNewPrivileges",
              false,
              "Whether setuid programs and file capabilities, such as sudo's, give nothing in a"
                  + " job."));
    }
  }

  /**
   * Reads a file; without one, everything has its default.
   *
   * @throws ConfigException when anything in it is wrong
   */
  public static ServerConfig read(Path file) {
    return Files.exists(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)
        ? of(YamlFile.read(file), file.toString())
        : of(new TreeMap<>(), "default");
  }

  /**
   * Whether a server with this file listens at an address of IPv6. Asked before anything of the
   * network is loaded: whether that knows of IPv6 is decided then.
   */
  public static boolean listensOnIpv6(Path file) {
    if (!Files.exists(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    TreeMap<String, Object> values = new TreeMap<>(YamlFile.read(file));
    return Stream.of("http.host", "agents.host")
        .anyMatch(key -> values.get(key) instanceof String host && host.indexOf(':') >= 0);
  }

  /** Whether the file says something about a key. */
  public boolean sets(String key) {
    return settings.stream().anyMatch(each -> each.key().equals(key) && !each.isDefault());
  }

  /** The configuration with these values by full key. */
  public static ServerConfig of(Map<String, Object> values, String origin) {
    Settings from = new Settings(values, origin);
    Http http = Http.read(from);
    Limits limits = Limits.read(from);
    Log log = Log.read(from);
    Loop loop = Loop.read(from);
    Database database = Database.read(from);
    Billing billing = Billing.read(from);
    Agents agents = Agents.read(from);
    Bridges bridges = Bridges.read(from);
    Alerts alerts = Alerts.read(from);
    Accounting accounting = Accounting.read(from);
    Audit audit = Audit.read(from);
    from.refuseUnknown();
    if (!http.tls() && !isLoopback(http.host())) {
      throw new ConfigException(
          origin
              + ": http.host "
              + http.host()
              + " can be reached by others and needs TLS: set http.tlsCertificate and http.tlsKey");
    }
    return new ServerConfig(
        http,
        limits,
        log,
        loop,
        database,
        billing,
        agents,
        bridges,
        alerts,
        accounting,
        audit,
        from.known());
  }

  private static boolean isLoopback(String host) {
    return host.startsWith("127.") || host.equals("localhost") || host.equals("::1");
  }
}
