package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.host.LineFile;

/**
 * One-time codes: 256 random bits, kept as SHA-256, for one node, for 15 minutes; for longer where
 * very many are made at a time. The first request that uses a code binds it to its key; the same
 * key may ask again while the code lasts, because an answer can be lost, and any other key is
 * refused. A line for each code and another for its use: {@code HASH NODE UNTIL_MS KEY}, with
 * {@code -} for a key before the first use; the last line of a code holds.
 */
final class Enrolments {
  /** How long a code may be used. */
  static final Duration LIFE = Duration.ofMinutes(15);

  /**
   * Codes of more nodes than this, made at a time, live longer: they cannot all be used at once.
   */
  private static final int AT_ONCE = 2_500;

  /** The most codes at a time: for every node that may be connected. */
  static final int MAX = 32_768;

  private static final String UNUSED = "-";
  private static final SecureRandom RANDOM = new SecureRandom();

  private record Code(NodeName node, long untilMs, String key) {
    String line(String hash) {
      return hash + " " + node + " " + untilMs + " " + key;
    }
  }

  private final LineFile file;
  private final TreeMap<String, Code> codes = new TreeMap<>();

  private Enrolments(LineFile file) {
    this.file = file;
  }

  static Enrolments open(Path file) throws IOException {
    Enrolments all = new Enrolments(LineFile.open(file));
    for (String line : all.file.read()) {
      String[] fields = line.split(" ");
      if (fields.length != 4) {
        throw new IOException(file + " is damaged: remove it and make new codes");
      }
      all.codes.put(
          fields[0], new Code(new NodeName(fields[1]), Long.parseLong(fields[2]), fields[3]));
    }
    return all;
  }

  /**
   * How long so many codes that are made at a time may be used: longer by as many times as many.
   */
  static Duration life(int nodes) {
    return LIFE.multipliedBy(Math.ceilDiv(nodes, AT_ONCE));
  }

  /**
   * New codes, one for each node; earlier ones of these nodes that were not used yet are void.
   * Durable on return, with one sync for all.
   *
   * @throws Pki.RefusedException when there would be more than {@link #MAX}
   */
  synchronized SortedMap<NodeName, String> create(NavigableSet<NodeName> nodes, long nowMs)
      throws IOException, Pki.RefusedException {
    TreeMap<String, Code> next = new TreeMap<>(codes);
    next.values().removeIf(code -> code.untilMs() < nowMs || nodes.contains(code.node()));
    if (next.size() + nodes.size() > MAX) {
      throw new Pki.RefusedException(
          "with these "
              + nodes.size()
              + " there would be more than "
              + MAX
              + " enrolment codes; earlier ones end "
              + LIFE.toMinutes()
              + " minutes after they were made, those of more than "
              + AT_ONCE
              + " nodes at a time later");
    }
    SortedMap<NodeName, String> made = new TreeMap<>();
    byte[] random = new byte[32];
    for (NodeName node : nodes) {
      RANDOM.nextBytes(random);
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      next.put(hash(text), new Code(node, nowMs + life(nodes.size()).toMillis(), UNUSED));
      made.put(node, text);
    }
    replace(next);
    return made;
  }

  /** Whether this key may have a certificate for this node; binds the code to it. */
  synchronized boolean use(NodeName node, String text, String key, long nowMs) throws IOException {
    String hash = hash(text);
    Code code = codes.get(hash);
    if (code == null || code.untilMs() < nowMs || !code.node().equals(node)) {
      return false;
    }
    if (code.key().equals(key)) {
      return true;
    }
    if (!code.key().equals(UNUSED)) {
      return false;
    }
    Code used = new Code(node, code.untilMs(), key);
    file.add(used.line(hash));
    codes.put(hash, used);
    return true;
  }

  /** Makes every code of a node void, used or not. */
  synchronized void cancel(NodeName node) throws IOException {
    TreeMap<String, Code> next = new TreeMap<>(codes);
    if (next.values().removeIf(code -> code.node().equals(node))) {
      replace(next);
    }
  }

  private void replace(TreeMap<String, Code> next) throws IOException {
    file.replace(
        next.entrySet().stream().map(each -> each.getValue().line(each.getKey())).toList());
    codes.clear();
    codes.putAll(next);
  }

  /** Codes are looked up by hash: what a guess takes says nothing about a code. */
  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
