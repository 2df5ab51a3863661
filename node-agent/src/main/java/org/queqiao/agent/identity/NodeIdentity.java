package org.queqiao.agent.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.queqiao.contract.agent.EnrolmentCode;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.NodeName;

/**
 * Key, certificate and server of this node, in files of the agent's folder.
 *
 * <pre>
 *   node.key, node.pub   made here, at the first start; the private key never leaves the machine
 *   node.crt             signed by the server's authority
 *   authority.crt        the authority, whose fingerprint the enrolment code named
 *   server               host:port
 * </pre>
 */
public final class NodeIdentity {
  private final Path folder;
  private final NodeName node;
  private final KeyPair key;
  private final boolean synced;
  private X509Certificate certificate;
  private X509Certificate authority;

  private NodeIdentity(Path folder, NodeName node, KeyPair key, boolean synced) {
    this.folder = folder;
    this.node = node;
    this.key = key;
    this.synced = synced;
  }

  /** Reads what there is, and makes a key when there is none. */
  public static NodeIdentity open(Path folder, NodeName node)
      throws IOException, GeneralSecurityException {
    return open(folder, node, true);
  }

  /**
   * As above.
   *
   * @param synced whether what is written outlives a crash of the machine
   */
  public static NodeIdentity open(Path folder, NodeName node, boolean synced)
      throws IOException, GeneralSecurityException {
    Path keyFile = folder.resolve("node.key");
    if (!Files.exists(keyFile)) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair made = generator.generateKeyPair();
      replace(folder.resolve("node.pub"), made.getPublic().getEncoded(), synced);
      replace(keyFile, made.getPrivate().getEncoded(), synced);
    }
    KeyFactory keys = KeyFactory.getInstance("EC");
    PrivateKey secret = keys.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(keyFile)));
    PublicKey open =
        keys.generatePublic(new X509EncodedKeySpec(Files.readAllBytes(folder.resolve("node.pub"))));
    NodeIdentity identity = new NodeIdentity(folder, node, new KeyPair(open, secret), synced);
    if (Files.exists(folder.resolve("node.crt"))) {
      identity.certificate = read(Files.readAllBytes(folder.resolve("node.crt")));
      identity.authority = read(Files.readAllBytes(folder.resolve("authority.crt")));
    }
    return identity;
  }

  /** Whether a certificate was ever got. */
  public boolean enrolled() {
    return certificate != null;
  }

  /** Whether two thirds of the certificate's life are over. */
  public boolean renewalDue(long nowMs) {
    long fromMs = certificate.getNotBefore().getTime();
    long lifeMs = certificate.getNotAfter().getTime() - fromMs;
    return nowMs - fromMs > lifeMs / 3 * 2;
  }

  /** A request for a certificate of this key. */
  public byte[] signingRequest() throws GeneralSecurityException {
    return SigningRequest.encode(key, node.value());
  }

  /** TLS for a connection that proves who this node is. */
  public SSLContext context() throws GeneralSecurityException {
    return Tls.context(
        new NodeKeyManager(key.getPrivate(), certificate, authority), Tls.trusting(authority));
  }

  /** TLS for the enrolment: the server is known by the fingerprint of its authority. */
  public static SSLContext enrolmentContext(EnrolmentCode code) throws GeneralSecurityException {
    return Tls.context(null, new PinnedTrust(code.authorityFingerprint()));
  }

  /**
   * Takes the certificate that the server signed.
   *
   * @throws GeneralSecurityException when it is not for this key, or not signed by that authority,
   *     or the authority is not the one known
   */
  public void certified(ServerMessage.Certified message, byte[] authoritySha256)
      throws IOException, GeneralSecurityException {
    X509Certificate issued = read(message.certificate());
    X509Certificate issuer = read(message.authority());
    byte[] fingerprint = MessageDigest.getInstance("SHA-256").digest(message.authority());
    if (!MessageDigest.isEqual(fingerprint, authoritySha256)) {
      throw new GeneralSecurityException("the certificate comes from another authority");
    }
    issued.verify(issuer.getPublicKey());
    if (!issued.getPublicKey().equals(key.getPublic())) {
      throw new GeneralSecurityException("the certificate is for another key");
    }
    replace(folder.resolve("authority.crt"), message.authority(), synced);
    replace(folder.resolve("node.crt"), message.certificate(), synced);
    certificate = issued;
    authority = issuer;
  }

  /** Takes a renewed certificate; the authority stays the same. */
  public void renewed(ServerMessage.Certified message)
      throws IOException, GeneralSecurityException {
    certified(message, MessageDigest.getInstance("SHA-256").digest(authority.getEncoded()));
  }

  /** Where the server is, as the last enrolment said. */
  public String server() throws IOException {
    return Files.readString(folder.resolve("server"), StandardCharsets.UTF_8).strip();
  }

  /** Remembers where the server is. */
  public void server(String hostAndPort) throws IOException {
    byte[] line = (hostAndPort + "\n").getBytes(StandardCharsets.UTF_8);
    replace(folder.resolve("server"), line, synced);
  }

  private static X509Certificate read(byte[] der) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  /** Replaces a file whole: after a crash there is the old one or the new one. */
  private static void replace(Path file, byte[] bytes, boolean synced) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try (FileChannel out =
        FileChannel.open(
            next,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      while (in.hasRemaining()) {
        out.write(in);
      }
      if (synced) {
        out.force(true);
      }
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (!synced) {
      return;
    }
    try (FileChannel parent = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      parent.force(true);
    }
  }
}
