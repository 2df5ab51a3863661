package org.queqiao.core.message;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.job.JobSpec;

/**
 * What of a submission its cost depends on: a quote is for this and for nothing else.
 *
 * @param parts by the name of the field; of a long one its hash, so that a shape is small however
 *     much a submission says
 */
public record QuotedShape(SortedMap<String, String> parts) {
  /** What is longer than this is kept as its hash, which is as long. */
  public static final int MAX_PART_CHARACTERS = 64;

  public QuotedShape {
    TreeMap<String, String> kept = new TreeMap<>(parts);
    kept.replaceAll((_, part) -> part.length() > MAX_PART_CHARACTERS ? hash(part) : part);
    parts = Collections.unmodifiableSortedMap(kept);
  }

  private static String hash(String part) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(part.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a job asks for with its quote; one holds for what it was given for, and nothing else. */
  public static JobSpec keepQuote(JobSpec before, JobSpec after) {
    boolean same = before.quote() != null && of(before).equals(of(after));
    return after.toBuilder().quote(same ? before.quote() : null).build();
  }

  /** That of a full specification. */
  public static QuotedShape of(JobSpec spec) {
    TreeMap<String, String> parts = new TreeMap<>();
    parts.put("project", spec.project().value());
    parts.put("partition", spec.partition().value());
    parts.put("qos", spec.qos() == null ? "" : spec.qos().value());
    parts.put("nodes", String.valueOf(spec.nodes()));
    parts.put("tasks", String.valueOf(spec.tasks()));
    parts.put("cpusPerTask", String.valueOf(spec.cpusPerTask()));
    parts.put("memBytes", String.valueOf(spec.memBytes()));
    parts.put("gres", String.valueOf(spec.gres()));
    parts.put("limitMs", String.valueOf(spec.limitMs()));
    parts.put("array", spec.array() == null ? "" : spec.array().tasks().toString());
    parts.put("reservation", spec.reservation() == null ? "" : spec.reservation().value());
    parts.put("placement", String.valueOf(spec.placement()));
    return new QuotedShape(parts);
  }

  /** The first field in which another one differs, or nothing. */
  public Optional<String> differsIn(QuotedShape other) {
    return parts.keySet().stream()
        .filter(each -> !parts.get(each).equals(other.parts.get(each)))
        .findFirst();
  }
}
