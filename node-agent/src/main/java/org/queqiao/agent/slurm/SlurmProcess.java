package org.queqiao.agent.slurm;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The process with libslurm in it, started when it is first asked and again after it ended. For one
 * thread.
 */
public final class SlurmProcess implements AutoCloseable {
  private static final int ANSWER_MAX_BYTES = 512 << 20;
  private static final long END_SECONDS = 5;
  private static final List<String> FLAGS =
      List.of(
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xss512k",
          "--enable-native-access=ALL-UNNAMED");

  private static final byte[] NOTHING = {};

  private final Path shim;
  private final Path configuration;
  private final AtomicReference<String> lastWords = new AtomicReference<>("");
  private Process process;
  private Thread listener;
  private DataInputStream in;
  private DataOutputStream out;
  private String cluster = "";
  private String version = "";

  /**
   * A process that does not run yet.
   *
   * @param shim file of the shim over libslurm
   * @param configuration {@code slurm.conf}, or null for where libslurm looks by itself
   */
  public SlurmProcess(Path shim, Path configuration) {
    this.shim = shim;
    this.configuration = configuration;
  }

  /**
   * Asks; starts the process where it does not run.
   *
   * @throws SlurmException when Slurm refuses or libslurm ended the process
   */
  SlurmAnswer ask(SlurmCall call, long... arguments) throws SlurmException {
    open();
    return exchange(call, arguments);
  }

  private void open() throws SlurmException {
    if (process == null) {
      start();
      SlurmAnswer opened = exchange(SlurmCall.OPEN);
      opened.u32();
      opened.u32();
      cluster = opened.text();
      version = opened.text();
    }
  }

  /** The name that the cluster has in its own configuration; empty before the first answer. */
  public String cluster() {
    return cluster;
  }

  /** The version that slurmctld has; empty before the first answer. */
  public String version() {
    return version;
  }

  private void start() throws SlurmException {
    if (!Files.isReadable(shim)) {
      throw new SlurmException(
          0,
          "there is no shim to Slurm at "
              + shim
              + ": it is built where the headers of libslurm are (Debian: libslurm-dev)");
    }
    if (configuration != null && !Files.isReadable(configuration)) {
      throw new SlurmException(
          0, "the configuration of Slurm, " + configuration + ", is not there");
    }
    try {
      ProcessBuilder builder = new ProcessBuilder();
      builder.command().add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      builder.command().addAll(FLAGS);
      builder
          .command()
          .addAll(
              List.of(
                  "-cp",
                  System.getProperty("java.class.path"),
                  SlurmMain.class.getName(),
                  shim.toAbsolutePath().toString()));
      if (configuration != null) {
        builder.environment().put("SLURM_CONF", configuration.toAbsolutePath().toString());
      }
      builder.directory(new File("/"));
      process = builder.start();
      in = new DataInputStream(process.getInputStream());
      out = new DataOutputStream(process.getOutputStream());
      lastWords.set("");
      Process own = process;
      listener = Thread.ofVirtual().start(() -> listen(own));
    } catch (IOException e) {
      throw new SlurmException(0, "the process with libslurm cannot be started: " + e.getMessage());
    }
  }

  /** What libslurm prints before it ends its process says why: an error, and behind it the end. */
  private void listen(Process own) {
    String before = "";
    try (BufferedReader words =
        new BufferedReader(new InputStreamReader(own.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = words.readLine(); line != null; line = words.readLine()) {
        lastWords.set(before.isEmpty() ? line : before + "; " + line);
        before = line;
      }
    } catch (IOException e) {
      lastWords.set(String.valueOf(e.getMessage()));
    }
  }

  /** Submits a batch job; answers with its number. */
  long submit(byte[] request) throws SlurmException {
    open();
    return exchange(SlurmCall.SUBMIT, request, request.length).u32();
  }

  /** All records that slurmdbd has of these jobs since a time, whether they have ended or not. */
  List<SlurmRecord> records(long fromS, Collection<Long> jobs) throws SlurmException {
    ByteBuffer request = ByteBuffer.allocate(Long.BYTES + jobs.size() * Integer.BYTES);
    request.putLong(fromS);
    jobs.forEach(job -> request.putInt((int) (long) job));
    open();
    return SlurmRecord.list(exchange(SlurmCall.RECORDS, request.array(), request.capacity()));
  }

  private SlurmAnswer exchange(SlurmCall call, long... arguments) throws SlurmException {
    return exchange(call, NOTHING, arguments);
  }

  private SlurmAnswer exchange(SlurmCall call, byte[] bytes, long... arguments)
      throws SlurmException {
    try {
      out.writeInt(call.ordinal());
      for (long each : arguments) {
        out.writeLong(each);
      }
      out.write(bytes);
      out.flush();
      int error = in.readInt();
      int length = in.readInt();
      if (length < 0 || length > ANSWER_MAX_BYTES) {
        throw new IOException("it answers with " + length + " bytes");
      }
      SlurmAnswer answer = new SlurmAnswer(in.readNBytes(length));
      if (error != 0) {
        String why = length == 0 ? "error " + error : answer.text();
        if (call == SlurmCall.OPEN) {
          close();
        }
        throw new SlurmException(error, why);
      }
      return answer;
    } catch (IOException e) {
      close();
      String said = lastWords.get();
      throw new SlurmException(
          0, "the process with libslurm has ended" + (said.isEmpty() ? "" : ": " + said));
    }
  }

  @Override
  public void close() {
    if (process == null) {
      return;
    }
    Process ended = process;
    process = null;
    try {
      out.close();
    } catch (IOException e) {
      lastWords.compareAndSet("", String.valueOf(e.getMessage()));
    }
    try {
      if (!ended.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        ended.destroyForcibly();
      }
      listener.join(Duration.ofSeconds(END_SECONDS));
    } catch (InterruptedException e) {
      ended.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
