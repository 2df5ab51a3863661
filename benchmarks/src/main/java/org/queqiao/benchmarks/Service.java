package org.queqiao.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A whole system on this machine, started by the project's own script in a folder of its own. */
public final class Service implements AutoCloseable {
  private final Path root;
  private final Path data;
  private final int port;
  private final Map<String, String> environment;

  private Service(Path root, Path data, int port, Map<String, String> environment) {
    this.root = root;
    this.data = data;
    this.port = port;
    this.environment = environment;
  }

  /**
   * Starts the demo on a free port.
   *
   * @param settings lines of the configuration file
   * @param environment variables for the script, such as the number of cores that the agent offers
   */
  public static Service start(Path root, String settings, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("queqiao-");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx--x--x"));
    if (!settings.isEmpty()) {
      Path file = data.resolve("queqiao.yaml");
      Files.writeString(file, settings);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    int port;
    try (ServerSocket probe = new ServerSocket(0)) {
      port = probe.getLocalPort();
    }
    Service service = new Service(root, data, port, environment);
    service.up();
    return service;
  }

  /** Starts what does not run; what runs is adopted. */
  public String up() throws IOException, InterruptedException {
    return script("up", "--demo", "--port", Integer.toString(port));
  }

  public int port() {
    return port;
  }

  public Path data() {
    return data;
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  public String token(String account) throws IOException, InterruptedException {
    return script("token", account).strip();
  }

  /** The process id of {@code server}, {@code agent}, {@code launcher} or {@code database}. */
  public long pid(String process) throws IOException, InterruptedException {
    // A server too busy to say that it is ready ends the command with 1 and has a process all the
    // same.
    String status = run("status", "--json").out();
    Matcher pid = Pattern.compile("\"" + process + "\":\\{\"pid\":(\\d+)").matcher(status);
    if (!pid.find()) {
      throw new IllegalStateException(process + " does not run: " + status);
    }
    return Long.parseLong(pid.group(1));
  }

  /** Runs a command of the script and returns its standard output. */
  public String script(String... command) throws IOException, InterruptedException {
    Outcome outcome = run(command);
    if (outcome.exit() != 0) {
      throw new IllegalStateException(
          String.join(" ", command) + " ended with " + outcome.exit() + ": " + outcome.out());
    }
    return outcome.out();
  }

  /**
   * What came of a command.
   *
   * @param exit its exit code
   * @param out its standard output
   */
  public record Outcome(int exit, String out) {}

  /** Runs a command of the script, however it ends. */
  public Outcome run(String... command) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(root.resolve("queqiao").toString()));
    line.addAll(List.of(command));
    line.addAll(List.of("--data", data.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
    // Whoever runs this has built the programs; a build inside a build would fight over its
    // folders.
    builder.environment().put("QUEQIAO_BUILT", "yes");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    script("down", "--purge");
  }
}
