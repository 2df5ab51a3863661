package org.queqiao.core.state;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.queqiao.contract.job.Environment;
import org.queqiao.contract.job.JobSpec;

/**
 * Keeps one copy of equal scripts and of equal environments, however many jobs use them, and counts
 * the bytes of all distinct ones. Nothing is ever iterated here, so the order of hashes shows
 * nowhere.
 */
public final class SharedContent {
  private final LinkedHashMap<Script, Shared<byte[]>> scripts = new LinkedHashMap<>();
  private final LinkedHashMap<Environment, Shared<Environment>> environments =
      new LinkedHashMap<>();
  private final CanonicalWriter hashes = new CanonicalWriter();
  private JobSpec before;
  private long bytes;

  SharedContent() {}

  /** A script, equal by content. */
  private static final class Script {
    private final byte[] content;

    private Script(byte[] content) {
      this.content = content;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Script that && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(content);
    }
  }

  /** One copy, its SHA-256, and how many jobs use it. */
  private static final class Shared<T> {
    private final T content;
    private final byte[] hash;
    private String hex;
    private int users;

    private Shared(T content, byte[] hash) {
      this.content = content;
      this.hash = hash;
    }
  }

  /** What a job uses; must be let go of once. */
  static final class Lease {
    private final JobSpec spec;
    private final Shared<byte[]> script;
    private final Shared<Environment> environment;

    private Lease(JobSpec spec, Shared<byte[]> script, Shared<Environment> environment) {
      this.spec = spec;
      this.script = script;
      this.environment = environment;
    }

    /** The specification on shared content. */
    JobSpec spec() {
      return spec;
    }

    byte[] scriptHash() {
      return script.hash;
    }

    /** The hash of the script in hexadecimal digits; one string for all jobs that share it. */
    String scriptHex() {
      if (script.hex == null) {
        script.hex = HexFormat.of().formatHex(script.hash);
      }
      return script.hex;
    }

    byte[] environmentHash() {
      return environment.hash;
    }
  }

  /** Puts a specification on shared content. */
  Lease share(JobSpec spec) {
    Script key = new Script(spec.script());
    Shared<byte[]> script = scripts.get(key);
    if (script == null) {
      script = new Shared<>(spec.script(), hashes.hashOf(spec.script()));
      scripts.put(key, script);
      bytes = Math.addExact(bytes, spec.script().length);
    }
    Environment variables = Environment.of(spec.environment());
    Shared<Environment> environment = environments.get(variables);
    if (environment == null) {
      environment = new Shared<>(variables, hashes.hashOf(variables));
      environments.put(variables, environment);
      bytes = Math.addExact(bytes, size(variables));
    }
    script.users++;
    environment.users++;
    return new Lease(on(spec, script.content, environment.content), script, environment);
  }

  /** Another job uses the same. */
  Lease again(Lease lease) {
    lease.script.users++;
    lease.environment.users++;
    return new Lease(lease.spec, lease.script, lease.environment);
  }

  /** A job is forgotten. */
  void letGo(Lease lease) {
    if (--lease.script.users == 0) {
      scripts.remove(new Script(lease.script.content));
      bytes -= lease.script.content.length;
    }
    if (--lease.environment.users == 0) {
      environments.remove(lease.environment.content);
      bytes -= size(lease.environment.content);
    }
  }

  /** Bytes of all distinct scripts and environments. */
  public long bytes() {
    return bytes;
  }

  /** What a specification would add, if nothing of it is shared. */
  public static long size(JobSpec spec) {
    return spec.script().length + size(Environment.of(spec.environment()));
  }

  private static long size(Environment environment) {
    long size = 0;
    for (Map.Entry<String, String> each : environment.entrySet()) {
      size += each.getKey().length() + each.getValue().length();
    }
    return size;
  }

  /**
   * What equals the same part of the job before is the same object: most jobs say what others say.
   */
  private JobSpec on(JobSpec spec, byte[] script, Environment environment) {
    JobSpec.Builder shared = spec.toBuilder().script(script).environment(environment);
    if (before != null) {
      shared
          .partition(either(spec.partition(), before.partition()))
          .project(either(spec.project(), before.project()))
          .gres(either(spec.gres(), before.gres()))
          .workDir(either(spec.workDir(), before.workDir()))
          .stdoutPath(either(spec.stdoutPath(), before.stdoutPath()))
          .stderrPath(either(spec.stderrPath(), before.stderrPath()))
          .terms(either(spec.terms(), before.terms()))
          .qos(either(spec.qos(), before.qos()))
          .placement(either(spec.placement(), before.placement()));
    }
    before = shared.build();
    return before;
  }

  /** One of two that are equal, else the first. */
  static <T> T either(T part, T same) {
    return Objects.equals(part, same) ? same : part;
  }
}
