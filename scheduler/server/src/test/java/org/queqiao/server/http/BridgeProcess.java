package org.queqiao.server.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.agent.slurm.BridgeMain;
import org.queqiao.server.slurm.SlurmSite;

/** The real bridge in a process of its own, with the folder that it keeps. */
final class BridgeProcess implements AutoCloseable {
  private final Path data;
  private final Path configuration;
  private final Path printed;
  private Process process;

  BridgeProcess(Path folder, Path configuration) throws IOException {
    this.data = Files.createDirectories(folder.resolve("bridge"));
    this.configuration = configuration;
    this.printed = folder.resolve("bridge.printed");
  }

  /** Gives it a code to enrol with at its start. */
  void enrolment(String code) throws IOException {
    file("enrolment", code);
  }

  /** Puts a file into its folder. */
  void file(String name, String text) throws IOException {
    Files.writeString(data.resolve(name), text);
  }

  /** Starts the bridge that tells. */
  void start(String... more) throws IOException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--node",
                "slurm1",
                "--cluster",
                SlurmSite.CLUSTER,
                "--poll-ms",
                "500",
                "--margin-ms",
                "2000"));
    options.addAll(List.of(more));
    start(BridgeMain.class, options.toArray(new String[0]));
  }

  void start(Class<?> main, String... more) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                "--data",
                data.toString(),
                "--shim",
                SlurmSite.SHIM.toString(),
                "--slurm-conf",
                configuration.toString()));
    words.addAll(List.of(more));
    process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(printed.toFile()))
            .start();
  }

  /** What it has said so far. */
  String said() throws IOException {
    return Files.exists(printed) ? Files.readString(printed) : "";
  }

  /** Ends it at once, as a crash does. */
  void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  /** Lets it stand still where it is, or go on. */
  void freeze(boolean still) throws IOException, InterruptedException {
    Process signal =
        new ProcessBuilder("kill", still ? "-STOP" : "-CONT", Long.toString(process.pid())).start();
    if (signal.waitFor() != 0) {
      throw new IOException("no signal to the bridge");
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
