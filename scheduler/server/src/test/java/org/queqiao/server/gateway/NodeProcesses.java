package org.queqiao.server.gateway;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.queqiao.contract.id.NodeName;

/**
 * The real launcher and the real agent, in processes of their own, with the folders of one node and
 * a folder that its jobs may write to.
 */
public final class NodeProcesses implements AutoCloseable {
  private final NodeName node;
  private final Path folder;
  private final Path work;
  private final int jobUid;
  private final List<Process> processes = new ArrayList<>();
  private List<String> devices = List.of();
  private Process agent;
  private List<String> commands = List.of();
  private boolean singleUser;
  private boolean ownMounts;
  private String libraries = "";
  private boolean olderLauncher;

  /**
   * Makes the folders.
   *
   * @param jobUid whose the working folder is, and the lowest that the launcher accepts
   */
  public NodeProcesses(NodeName node, int jobUid) throws IOException {
    this.node = node;
    this.jobUid = jobUid;
    folder = Files.createTempDirectory("queqiao-node-story");
    passable(folder);
    work = Files.createDirectory(folder.resolve("work"));
    passable(Files.createDirectory(folder.resolve("node")));
    Files.createDirectory(folder.resolve("agent"));
    passable(Files.createDirectory(folder.resolve("jobs")));
    if (currentUid() == 0) {
      Files.setAttribute(work, "unix:uid", jobUid);
    }
  }

  public Path folder() {
    return folder;
  }

  /** Where jobs may write. */
  public Path work() {
    return work;
  }

  /** The launcher's copy of the public key of the orders. */
  public Path launchKey() {
    return folder.resolve("launch.pub");
  }

  /** Gives the agent a code to enrol with at its start. */
  public void enrolment(String code) throws IOException {
    Files.writeString(folder.resolve("agent/enrolment"), code);
  }

  /** Devices that the node has, as the launcher lists them; before anything is started. */
  public void devices(String lines) throws IOException {
    Path file = folder.resolve("devices");
    Files.writeString(file, lines);
    devices = List.of("--devices", file.toString());
  }

  /**
   * Root's own commands on this node; before its launcher is started.
   *
   * @param seconds between two health checks
   * @return the folder, empty yet
   */
  public Path commands(int seconds) throws IOException {
    Path into = Files.createDirectory(folder.resolve("commands"));
    commands =
        List.of("--commands", into.toString(), "--health-seconds", Integer.toString(seconds));
    return into;
  }

  /** Adds or replaces one of them. */
  public static void command(Path commands, String name, String script) throws IOException {
    Path made = Files.writeString(commands.resolve("." + name), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.move(made, commands.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Launcher and agent are processes of the user of the jobs, also when root runs this test; before
   * anything is started. What they are made of is copied to where this user can read it.
   */
  public void singleUser() throws IOException {
    singleUser = true;
    Path made = Files.createDirectory(folder.resolve("bin"));
    for (String name : List.of("queqiao-launcher", "queqiao-monitor", "libqueqiao-shim.so")) {
      Files.copy(program(name), made.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
    for (String entry : agentClassPath().split(File.pathSeparator)) {
      copyTree(Path.of(entry), classes().resolve(Integer.toString(entry.hashCode())));
    }
  }

  private Path classes() {
    return folder.resolve("classes");
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each).toString()));
      }
    }
  }

  /** As whom this test runs, or, where it is root, with the identity of the jobs' user. */
  private List<String> as(List<String> command) throws IOException {
    if (!singleUser || currentUid() != 0) {
      return command;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        Files.setAttribute(each, "unix:uid", jobUid);
      }
    }
    List<String> all = new ArrayList<>();
    all.addAll(List.of("setpriv", "--reuid=" + jobUid, "--regid=" + jobUid, "--clear-groups"));
    all.addAll(command);
    return all;
  }

  /** Where programs look for libraries first; before anything is started. */
  public void libraries(Path where) {
    libraries = where.toString();
  }

  /** The launcher sees mounts that nothing else sees; before it is started, by root. */
  public void ownMounts() {
    ownMounts = true;
  }

  private List<String> withDevices(List<String> command) {
    List<String> all = new ArrayList<>(command);
    all.addAll(devices);
    return all;
  }

  /** Starts the launcher. */
  public Process launcher() throws IOException {
    List<String> command =
        withDevices(
            List.of(
                launcherProgram().toString(),
                "--data",
                folder.resolve("node").toString(),
                "--socket",
                folder.resolve("launcher.sock").toString(),
                "--public-key",
                launchKey().toString(),
                "--node",
                node.value(),
                "--agent-uid",
                Integer.toString(singleUser ? jobUid : currentUid()),
                "--min-uid",
                Integer.toString(jobUid)));
    command.addAll(commands);
    if (ownMounts) {
      command.addAll(0, List.of("unshare", "--mount", "--"));
    }
    return spawn("launcher", command);
  }

  /**
   * The launcher that is started next, and the monitors of its runs, are of before, or of today.
   */
  public void olderLauncher(boolean older) {
    olderLauncher = older;
  }

  private Path launcherProgram() {
    return olderLauncher
        ? Path.of(
            System.getProperty("queqiao.root"), "native/target/test-bin/older/queqiao-launcher")
        : own("queqiao-launcher");
  }

  private Path own(String name) {
    return singleUser ? folder.resolve("bin").resolve(name) : program(name);
  }

  private static Path program(String name) {
    return Path.of(System.getProperty("queqiao.root"), "native", "target", "bin", name);
  }

  /** Ends the agent that was started last. */
  public void killAgent() throws InterruptedException {
    agent.destroyForcibly().waitFor();
  }

  /** Tells the agent that was started last, such as {@code STOP}. */
  public void signalAgent(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(agent.pid())).start().waitFor();
  }

  /** Starts the agent. */
  public Process agent(int cores, int heartbeatMs) throws IOException {
    agent = spawn(cores, heartbeatMs);
    return agent;
  }

  private Process spawn(int cores, int heartbeatMs) throws IOException {
    return spawn(
        "agent",
        withDevices(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms4m",
                "-Xmx16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseCompactObjectHeaders",
                "-Xss256k",
                "-XX:ReservedCodeCacheSize=12m",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "-Dqueqiao.shim=" + own("libqueqiao-shim.so"),
                "-cp",
                ownClassPath(),
                "org.queqiao.agent.AgentMain",
                "--data",
                folder.resolve("agent").toString(),
                "--node",
                node.value(),
                "--launcher",
                folder.resolve("launcher.sock").toString(),
                "--spool",
                folder.resolve("node/spool").toString(),
                "--cores",
                Integer.toString(cores),
                "--job-socket",
                folder.resolve("jobs/agent.sock").toString(),
                "--heartbeat-ms",
                Integer.toString(heartbeatMs))));
  }

  /** The command of jobs, where every user may execute it; relative to the folder of a test. */
  public static Path jobProgram(Path into) throws IOException {
    Path built = Path.of(System.getProperty("queqiao.root"), "native/target/bin/job/queqiao");
    passable(into);
    Path program = Files.copy(built, into.resolve("queqiao"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  /** What a program printed. */
  public String log(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".log"), StandardCharsets.UTF_8);
  }

  private Process spawn(String name, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(as(command))
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()));
    if (!libraries.isEmpty()) {
      builder.environment().put("LD_LIBRARY_PATH", libraries);
    }
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  /** What the agent may know: its own classes, the contract and two libraries. */
  static String agentClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry ->
            entry.contains("node-agent")
                || entry.contains("contract")
                || entry.contains("protobuf")
                || entry.contains("jna"))
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElseThrow();
  }

  private String ownClassPath() throws IOException {
    if (!singleUser) {
      return agentClassPath();
    }
    try (Stream<Path> all = Files.list(classes())) {
      return all.map(Path::toString).reduce((a, b) -> a + File.pathSeparator + b).orElseThrow();
    }
  }

  /** Who runs this test. */
  public static int currentUid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private static void passable(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
  }

  /** Ends the processes and the runs, and removes the control groups and the folders. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    endRuns();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /**
   * As a purge does it, by the same lines of the script.
   *
   * @throws IllegalStateException if a run does not end, or one of its control groups stays
   */
  private void endRuns() throws IOException, InterruptedException {
    String lines =
        """
        set -euo pipefail
        die() { printf '%s\\n' "$*" >&2; exit 1; }
        . "$1/scripts/services.bash"
        DATA=$2
        end_runs
        remove_groups
        """;
    Process ending =
        new ProcessBuilder(
                "bash", "-c", lines, "end", System.getProperty("queqiao.root"), folder.toString())
            .redirectErrorStream(true)
            .start();
    ending.getOutputStream().close();
    String said = new String(ending.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (ending.waitFor() != 0) {
      throw new IllegalStateException(said);
    }
  }
}
