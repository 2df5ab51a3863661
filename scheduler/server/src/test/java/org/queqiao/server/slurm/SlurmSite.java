package org.queqiao.server.slurm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.queqiao.server.Installed;

/**
 * A real Slurm with slurmdbd, MariaDB and munge from the system's packages, in a folder of its own,
 * on free ports of the loopback. Every process is a child of the test and is ended by its handle.
 */
public final class SlurmSite implements AutoCloseable {
  public static final String CLUSTER = "test1";
  static final int NODES = 8;
  static final int CORES = 4;

  /** Devices of each node; there is no such hardware. */
  public static final int DEVICES = 2;

  private static final String GRES = "gpu:a100:" + DEVICES;
  public static final Path SHIM =
      Path.of(System.getProperty("queqiao.root"), "native", "target", "bin", "libqueqiao-slurm.so");

  private static final long PATIENCE_MS = 120_000;
  private static final long LOOK_MS = 200;
  private static final int PORTS_FROM = 10_000;
  private static final int PORTS_TO = 32_000;

  /** Those of all sites of this JVM, which start beside each other. */
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private static final List<Path> NEEDED =
      Stream.of(
              "/usr/sbin/slurmctld",
              "/usr/sbin/slurmd",
              "/usr/sbin/slurmdbd",
              "/usr/sbin/munged",
              "/usr/sbin/mariadbd",
              "/usr/bin/mariadb-install-db",
              "/usr/bin/sacct")
          .map(Path::of)
          .toList();

  private final Path folder;
  private final Path database;
  private final Map<String, Process> processes = new LinkedHashMap<>();
  private final int databasePort;
  private final int recorderPort;
  private final int controllerPort;
  private final List<Integer> nodePorts;
  private final String host;
  private final StringBuilder more = new StringBuilder();
  private int aheadS;

  public SlurmSite(Path folder) throws IOException {
    this.folder = folder;
    // In memory where there is such a place: what MariaDB syncs is waited for, and lives as long as
    // the test.
    Path memory = Path.of("/dev/shm");
    this.database =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "queqiao-slurm")
            : Files.createDirectory(folder.resolve("database"));
    this.host = run(List.of("hostname", "-s")).strip();
    List<Integer> ports = freePorts(NODES + 3);
    this.nodePorts = ports.subList(0, NODES);
    this.databasePort = ports.get(NODES);
    this.recorderPort = ports.get(NODES + 1);
    this.controllerPort = ports.get(NODES + 2);
  }

  /**
   * Lets slurmctld, when it is started next, have a clock that is so far ahead; nothing else has
   * it.
   *
   * @param seconds below 0: behind
   */
  public void setClock(int seconds) {
    aheadS = seconds;
  }

  /** Passes a test over where no program can be given another clock. */
  public static void needClock() throws IOException {
    Installed.need(
        List.of(fakeClock().orElse(Path.of("/usr/lib/faketime"))), "apt-get install faketime");
  }

  private static Optional<Path> fakeClock() throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu*")) {
      for (Path each : found) {
        Path library = each.resolve("faketime/libfaketimeMT.so.1");
        if (Files.exists(library)) {
          return Optional.of(library);
        }
      }
    }
    return Optional.empty();
  }

  /** Passes a test over that is not run by root, because slurmd is. */
  public static void need() {
    assumeTrue(Installed.isRoot(), "slurmd of the test runs as root");
    Installed.need(
        NEEDED, "apt-get install slurmctld slurmd slurmdbd slurm-client munge mariadb-server");
    needShim();
  }

  static void needShim() {
    Installed.need(List.of(SHIM), "apt-get install libslurm-dev, and build");
  }

  public Path configuration() {
    return folder.resolve("slurm.conf");
  }

  /** Adds a line to the configuration, before anything is started. */
  public void configure(String line) {
    more.append(line).append('\n');
  }

  /** Starts everything and waits until the nodes are idle. */
  public void start() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String each : List.of("munge", "state", "spool", "log", "out")) {
      Files.createDirectory(folder.resolve(each));
    }
    Files.setPosixFilePermissions(
        folder.resolve("out"), PosixFilePermissions.fromString("rwxrwxrwx"));
    makeMungeKey();
    startMunge();
    startDatabase();
    configureRecorder();
    configureController();
    startRecorder();
    for (String each :
        List.of(
            "add cluster " + CLUSTER,
            "add account polar",
            "add account tides",
            "add user root account=polar",
            "add user nobody account=tides")) {
      command(("sacctmgr -i " + each).split(" "));
    }
    startController();
    for (int i = 1; i <= NODES; i++) {
      Files.createDirectory(folder.resolve("spool/sn" + i));
      launch("slurmd" + i, List.of("/usr/sbin/slurmd", "-D", "-N", "sn" + i));
    }
    await(
        "idle nodes",
        () -> tried("sinfo", "-h", "-t", "idle", "-o", "%D").strip().equals("" + NODES));
  }

  private void makeMungeKey() throws IOException {
    byte[] key = new byte[64];
    new SecureRandom().nextBytes(key);
    Files.write(folder.resolve("munge/key"), key);
    Files.setPosixFilePermissions(
        folder.resolve("munge/key"), PosixFilePermissions.fromString("rw-------"));
  }

  /** Starts munge and waits until it answers. */
  public void startMunge() throws IOException {
    List<String> munged = new ArrayList<>(List.of("/usr/sbin/munged", "--foreground", "--force"));
    for (String each : List.of("key-file=key", "socket=socket", "pid-file=pid", "seed-file=seed")) {
      String[] pair = each.split("=");
      munged.add("--" + pair[0] + "=" + folder.resolve("munge").resolve(pair[1]));
    }
    launch("munged", munged);
    await("munged", () -> Files.exists(folder.resolve("munge/socket")));
  }

  /** Ends munge. It takes its socket with it: where one is left, libmunge tries for a minute. */
  public void stopMunge() throws IOException {
    kill("munged");
    Files.deleteIfExists(folder.resolve("munge/socket"));
  }

  private void startDatabase() throws IOException {
    run(
        List.of(
            "mariadb-install-db",
            "--no-defaults",
            "--datadir=" + database,
            "--user=root",
            "--auth-root-authentication-method=normal",
            "--skip-test-db"));
    launchDatabase();
    sql(
        "create user 'slurm'@'%' identified by 'slurm';"
            + " grant all on slurm_acct_db.* to 'slurm'@'%'");
  }

  private void launchDatabase() throws IOException {
    launch(
        "mariadbd",
        List.of(
            "/usr/sbin/mariadbd",
            "--no-defaults",
            "--datadir=" + database,
            "--user=root",
            "--socket=" + folder.resolve("database.socket"),
            "--port=" + databasePort,
            "--bind-address=127.0.0.1",
            "--innodb-buffer-pool-size=64M",
            "--innodb-flush-log-at-trx-commit=2"));
    await("mariadbd", () -> tried(sqlCommand("select 1")).startsWith("1"));
  }

  private String[] sqlCommand(String text) {
    return new String[] {
      "mariadb",
      "--no-defaults",
      "-N",
      "-S",
      folder.resolve("database.socket").toString(),
      "-e",
      text
    };
  }

  String sql(String text) throws IOException {
    return command(sqlCommand(text));
  }

  private void configureRecorder() throws IOException {
    String munge = folder.resolve("munge/socket").toString();
    Path recorder = folder.resolve("slurmdbd.conf");
    Files.writeString(
        recorder,
        """
        AuthType=auth/munge
        AuthInfo=socket=%s
        DbdHost=localhost
        DbdAddr=127.0.0.1
        DbdPort=%d
        SlurmUser=root
        LogFile=%s
        PidFile=%s
        StorageType=accounting_storage/mysql
        StorageHost=127.0.0.1
        StoragePort=%d
        StorageUser=slurm
        StoragePass=slurm
        StorageLoc=slurm_acct_db
        """
            .formatted(
                munge,
                recorderPort,
                folder.resolve("log/slurmdbd.log"),
                folder.resolve("slurmdbd.pid"),
                databasePort));
    Files.setPosixFilePermissions(recorder, PosixFilePermissions.fromString("rw-------"));
  }

  private void configureController() throws IOException {
    String munge = folder.resolve("munge/socket").toString();
    StringBuilder text =
        new StringBuilder(
            """
            ClusterName=%s
            SlurmctldHost=%s(127.0.0.1)
            SlurmctldPort=%d
            CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
            AuthType=auth/munge
            AuthInfo=socket=%s
            CredType=cred/munge
            SlurmUser=root
            SlurmdUser=root
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core_Memory
            DefMemPerCPU=50
            GresTypes=gpu
            AccountingStorageTRES=gres/gpu,gres/gpu:a100
            SlurmdParameters=config_overrides
            ReturnToService=2
            AccountingStorageType=accounting_storage/slurmdbd
            AccountingStorageHost=127.0.0.1
            AccountingStoragePort=%d
            AccountingStoragePass=%s
            AccountingStorageEnforce=associations
            JobAcctGatherType=jobacct_gather/linux
            SchedulerParameters=bf_interval=1,sched_min_interval=100000,batch_sched_delay=0,max_rpc_cnt=0
            SchedulerType=sched/backfill
            MinJobAge=60
            KillWait=1
            SlurmctldTimeout=300
            SlurmdTimeout=300
            """
                .formatted(CLUSTER, host, controllerPort, munge, recorderPort, munge));
    text.append("StateSaveLocation=").append(folder.resolve("state")).append('\n');
    text.append("SlurmdSpoolDir=").append(folder.resolve("spool/%n")).append('\n');
    text.append("SlurmctldPidFile=").append(folder.resolve("slurmctld.pid")).append('\n');
    text.append("SlurmdPidFile=").append(folder.resolve("slurmd-%n.pid")).append('\n');
    text.append("SlurmctldLogFile=").append(folder.resolve("log/slurmctld.log")).append('\n');
    text.append("SlurmdLogFile=").append(folder.resolve("log/slurmd-%n.log")).append('\n');
    for (int i = 1; i <= NODES; i++) {
      text.append(
          "NodeName=sn%d NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=%d RealMemory=1000 Gres=%s\n"
              .formatted(i, host, nodePorts.get(i - 1), CORES, GRES));
    }
    text.append("PartitionName=batch Nodes=sn[1-8] Default=YES MaxTime=INFINITE State=UP\n");
    text.append(more);
    Files.writeString(configuration(), text);
    // Slurm counts the files of devices; nothing here opens them.
    for (int i = 0; i < DEVICES; i++) {
      Files.createFile(folder.resolve("gpu" + i));
    }
    Files.writeString(
        folder.resolve("gres.conf"),
        "NodeName=sn[1-%d] Name=gpu Type=a100 File=%s/gpu[0-%d]\n"
            .formatted(NODES, folder, DEVICES - 1));
  }

  /** Starts slurmdbd and waits until it answers. */
  public void startRecorder() throws IOException {
    launch("slurmdbd", List.of("/usr/sbin/slurmdbd", "-D"));
    await(
        "slurmdbd",
        () -> {
          try (java.net.Socket socket =
              new java.net.Socket(InetAddress.getLoopbackAddress(), recorderPort)) {
            return socket.isConnected();
          }
        });
  }

  /** Starts slurmctld and waits until it answers. */
  public void startController() throws IOException {
    launch("slurmctld", List.of("/usr/sbin/slurmctld", "-D"));
    await("slurmctld", () -> tried("scontrol", "ping").contains(" is UP"));
  }

  /** Ends a process at once, as a crash does. */
  public void kill(String name) {
    Process process = processes.remove(name);
    process.destroyForcibly();
    end(name, process);
  }

  private static void end(String name, Process process) {
    try {
      if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
      // What its other clock shares with its children.
      for (String each : List.of("faketime_shm_", "sem.faketime_sem_")) {
        Files.deleteIfExists(Path.of("/dev/shm", each + process.pid()));
      }
    } catch (IOException e) {
      System.err.println("not deleted: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("waiting for " + name, e);
    }
  }

  private void launch(String name, List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("SLURM_CONF", configuration().toString());
    if (name.equals("slurmctld") && aheadS != 0) {
      builder.environment().put("LD_PRELOAD", fakeClock().orElseThrow().toString());
      builder.environment().put("FAKETIME", (aheadS > 0 ? "+" : "") + aheadS + "s");
      builder.environment().put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(folder.resolve("log/" + name + ".printed").toFile()));
    processes.put(name, builder.start());
  }

  /** Runs a command of Slurm; fails when it fails. */
  public String command(String... words) throws IOException {
    return run(Arrays.asList(words));
  }

  /** The same for a command that may fail; its output is then empty. */
  public String tried(String... words) throws IOException {
    Result result = execute(Arrays.asList(words));
    return result.code() == 0 ? result.text() : "";
  }

  private record Result(int code, String text) {}

  private String run(List<String> words) throws IOException {
    Result result = execute(words);
    assertEquals(0, result.code(), () -> String.join(" ", words) + ": " + result.text());
    return result.text();
  }

  private Result execute(List<String> words) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("SLURM_CONF", configuration().toString());
    builder.environment().put("SLURM_TIME_FORMAT", "%s");
    builder.redirectErrorStream(true);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new Result(process.waitFor(), text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Submits a batch job; answers with its number. */
  public long submit(String script, String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("sbatch", "--parsable", "-o", "/dev/null"));
    words.addAll(List.of("-D", folder.resolve("out").toString()));
    words.addAll(Arrays.asList(options));
    words.addAll(List.of("--wrap", script));
    return Long.parseLong(run(words).strip().split(";")[0]);
  }

  /** Waits until slurmctld has at most so many jobs that wait or run. */
  public void awaitFew(int jobs, long patienceMs) throws IOException {
    await(
        "less than " + (jobs + 1) + " jobs",
        patienceMs,
        () -> command("squeue", "-h", "-r", "-o", "%i").lines().count() <= jobs);
  }

  /** Waits until slurmctld has no job that waits or runs, and slurmdbd knows all of it. */
  public void awaitEnd(long patienceMs) throws IOException {
    await(
        "the end of all jobs",
        patienceMs,
        () -> {
          String states = "PENDING,RUNNING,SUSPENDED,COMPLETING,CONFIGURING";
          return execute(List.of("squeue", "-h", "-t", states, "-o", "%i"))
              .equals(new Result(0, ""));
        });
    await(
        "an empty queue to slurmdbd",
        patienceMs,
        () -> tried("sdiag").contains("DBD Agent queue size: 0"));
  }

  /**
   * Waits until slurmctld has on disk what it knows now, as long as a job runs: it keeps its state
   * within some seconds. A remark that is made now is written with all that came before it.
   */
  public void awaitSaved() throws IOException {
    String mark = "saved-" + System.nanoTime();
    String job =
        command("squeue", "-h", "-t", "RUNNING", "-o", "%i").lines().findFirst().orElseThrow();
    command("scontrol", "update", "JobId=" + job, "Comment=" + mark);
    await(
        "state of slurmctld on disk",
        () ->
            Files.readString(folder.resolve("state/job_state"), StandardCharsets.ISO_8859_1)
                .contains(mark));
  }

  /** Keeps what slurmctld has on disk, for {@link #restoreState}. */
  public void copyState() throws IOException {
    copy(folder.resolve("state"), folder.resolve("state-before"));
  }

  /**
   * Puts back what was copied, while slurmctld is away: it has forgotten what happened since, as
   * one does that is killed before it kept its state.
   */
  public void restoreState() throws IOException {
    copy(folder.resolve("state-before"), folder.resolve("state"));
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      remove(to);
    }
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** What holds or does not. */
  public interface Condition {
    boolean holds() throws Exception;
  }

  public void await(String what, Condition condition) throws IOException {
    await(what, PATIENCE_MS, condition);
  }

  public void await(String what, long patienceMs, Condition condition) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
    while (!holds(condition)) {
      if (System.nanoTime() - end > 0) {
        fail("no " + what + " after " + patienceMs + " ms; see " + logs());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
    }
  }

  private static boolean holds(Condition condition) {
    try {
      return condition.holds();
    } catch (Exception e) {
      return false;
    }
  }

  private String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(folder.resolve("log"))) {
      for (Path each : files.sorted().toList()) {
        List<String> lines = Files.readAllLines(each);
        lines
            .subList(Math.max(0, lines.size() - 5), lines.size())
            .forEach(line -> all.append('\n').append(each.getFileName()).append(": ").append(line));
      }
    }
    return all.toString();
  }

  /**
   * Different ports that nobody listens at, below those that the system gives to connections, or
   * one could have its port taken before it listens.
   */
  private static List<Integer> freePorts(int count) throws IOException {
    List<Integer> found = new ArrayList<>();
    SecureRandom random = new SecureRandom();
    for (int tries = 0; found.size() < count; tries++) {
      int port = random.nextInt(PORTS_FROM, PORTS_TO);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (TAKEN.add(socket.getLocalPort())) {
          found.add(port);
        }
      } catch (BindException e) {
        if (tries > PORTS_TO - PORTS_FROM) {
          throw e;
        }
      }
    }
    return found;
  }

  /** Steps are no children of the test: their jobs are cancelled first. */
  private void cancelAll() {
    String[] live = {"squeue", "-h", "-t", "PENDING,RUNNING,SUSPENDED,COMPLETING", "-o", "%i"};
    try {
      for (int i = 0; i < 50 && !tried(live).isEmpty(); i++) {
        tried("scancel", "-u", "root");
        tried("scancel", "-u", "nobody");
        tried("scancel", "-u", "daemon");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
      }
    } catch (IOException e) {
      System.err.println("jobs may be left: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    cancelAll();
    List<String> names = new ArrayList<>(processes.keySet());
    // Those that others write to end last.
    for (String name : names.reversed()) {
      Process process = processes.remove(name);
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroy();
      end(name, process);
    }
    removeDatabase();
  }

  private void removeDatabase() {
    try {
      remove(database);
    } catch (IOException e) {
      System.err.println("not deleted: " + database + ": " + e.getMessage());
    }
  }
}
