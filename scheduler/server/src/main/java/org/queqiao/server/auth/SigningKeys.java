package org.queqiao.server.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.queqiao.server.host.PrivateFolder;

/**
 * The keys that sign access tokens: Ed25519, made at the first start, kept in the private folder.
 *
 * <p>A key knows the one header that its tokens have. A token is matched with a key by comparing
 * the header's text with these, so nothing that stands in a header (an algorithm, a path, a URL, a
 * key) is ever interpreted.
 */
public final class SigningKeys {
  /** Every token of the former key has ended when this has passed since the rotation. */
  static final long ROTATION_MS = AccessTokens.MAX_LIFE_MS + AccessTokens.LEEWAY_MS;

  private static final String ALGORITHM = "Ed25519";
  private static final String FILE = "signing-keys.json";
  private static final int KEY_ID_BYTES = 8;

  private final PrivateFolder folder;
  private final InstantSource clock;
  private volatile List<Key> keys;

  /**
   * A key pair.
   *
   * @param id from the hash of the public key
   * @param header the first part of its tokens, encoded
   */
  record Key(String id, String header, PrivateKey signs, PublicKey verifies, long createdMs) {
    @Override
    public String toString() {
      return "Key[" + id + "]";
    }
  }

  /** The file. */
  record KeyFile(List<StoredKey> keys) {}

  /** A key in the file, its parts in base64 of their standard encodings. */
  record StoredKey(String pkcs8, String spki, long createdMs) {
    StoredKey {
      Objects.requireNonNull(pkcs8);
      Objects.requireNonNull(spki);
    }

    @Override
    public String toString() {
      return "StoredKey[created " + createdMs + "]";
    }
  }

  private SigningKeys(PrivateFolder folder, InstantSource clock, List<Key> keys) {
    this.folder = folder;
    this.clock = clock;
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads the keys, or makes the first one.
   *
   * @throws IOException when the folder cannot be read or written, others can reach it, or the file
   *     is damaged
   */
  public static SigningKeys open(Path folder, InstantSource clock) throws IOException {
    PrivateFolder opened = PrivateFolder.open(folder);
    Optional<byte[]> content = opened.read(FILE);
    if (content.isPresent()) {
      return new SigningKeys(opened, clock, parse(opened, content.get()));
    }
    SigningKeys made = new SigningKeys(opened, clock, List.of(newKey(clock.millis())));
    made.write(made.keys);
    return made;
  }

  private static List<Key> parse(PrivateFolder folder, byte[] content) throws IOException {
    try {
      List<Key> keys = new ArrayList<>();
      KeyFactory factory = KeyFactory.getInstance(ALGORITHM);
      Base64.Decoder base64 = Base64.getDecoder();
      for (StoredKey stored : StrictJson.read(content, KeyFile.class).keys()) {
        keys.add(
            key(
                factory.generatePrivate(new PKCS8EncodedKeySpec(base64.decode(stored.pkcs8()))),
                factory.generatePublic(new X509EncodedKeySpec(base64.decode(stored.spki()))),
                stored.createdMs()));
      }
      if (!keys.isEmpty()) {
        return keys;
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // Said below without the cause: the cause quotes the file.
    }
    throw new IOException(
        folder.path(FILE) + " is damaged: restore it, or remove it and all sign in again");
  }

  private static Key newKey(long nowMs) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      return key(pair.getPrivate(), pair.getPublic(), nowMs);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK since 15 has " + ALGORITHM, e);
    }
  }

  private static Key key(PrivateKey signs, PublicKey verifies, long createdMs) {
    String spki = Base64.getEncoder().encodeToString(verifies.getEncoded());
    String id = HexFormat.of().formatHex(TokenText.sha256(spki), 0, KEY_ID_BYTES);
    String header = "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" + id + "\"}";
    String encoded =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(header.getBytes(StandardCharsets.UTF_8));
    return new Key(id, encoded, signs, verifies, createdMs);
  }

  private void write(List<Key> kept) throws IOException {
    List<StoredKey> stored = new ArrayList<>();
    Base64.Encoder base64 = Base64.getEncoder();
    for (Key key : kept) {
      stored.add(
          new StoredKey(
              base64.encodeToString(key.signs().getEncoded()),
              base64.encodeToString(key.verifies().getEncoded()),
              key.createdMs()));
    }
    folder.prepare(FILE, StrictJson.write(new KeyFile(stored))).commit();
  }

  /** The key that signs now. */
  Key current() {
    return keys.getLast();
  }

  /** The key whose tokens have exactly this header. */
  Optional<Key> byHeader(String header) {
    List<Key> known = keys;
    for (int i = 0; i < known.size(); i++) {
      boolean retired =
          i + 1 < known.size() && clock.millis() - known.get(i + 1).createdMs() > ROTATION_MS;
      if (known.get(i).header().equals(header) && !retired) {
        return Optional.of(known.get(i));
      }
    }
    return Optional.empty();
  }

  /** Signs with a new key from now on; tokens of the former one still count until they end. */
  public synchronized void rotate() throws IOException {
    List<Key> kept = List.of(current(), newKey(clock.millis()));
    write(kept);
    keys = kept;
  }
}
