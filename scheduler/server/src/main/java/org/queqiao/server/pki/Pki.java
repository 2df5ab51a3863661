package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.queqiao.contract.agent.EnrolmentCode;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.host.WholeFile;

/**
 * Who is a node: the authority, the keys of the nodes, and the codes by which a node gets its
 * certificate. Everything that writes is durable when it returns, and blocks: never call it on an
 * event loop. {@link #nodeOf} does not block.
 */
public final class Pki {
  /** Enough for a request with a key of 256 bits and a name. */
  private static final int SIGNING_REQUEST_MAX_BYTES = 4_096;

  private final PkiSettings settings;
  private final PrivateAuthority authority;
  private final NodeKeys keys;
  private final Enrolments enrolments;
  private final LaunchOrderSigner signer;
  private final LongSupplier wallMs;

  private Pki(
      PkiSettings settings,
      PrivateAuthority authority,
      NodeKeys keys,
      Enrolments enrolments,
      LaunchOrderSigner signer,
      LongSupplier wallMs) {
    this.settings = settings;
    this.authority = authority;
    this.keys = keys;
    this.enrolments = enrolments;
    this.signer = signer;
    this.wallMs = wallMs;
  }

  /** Why a node gets no certificate. The text says nothing that helps to guess a code. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
      super(reason);
    }
  }

  /**
   * Reads what there is in the folder and makes what is missing.
   *
   * @param wallMs the time that certificates and orders carry
   * @throws IOException when a file cannot be read or written, or a secret is open to others
   */
  public static Pki open(PkiSettings settings, LongSupplier wallMs)
      throws IOException, GeneralSecurityException {
    PrivateAuthority authority = PrivateAuthority.open(settings.folder(), wallMs.getAsLong());
    authority.certifyServer(settings.serverNames(), wallMs.getAsLong());
    return new Pki(
        settings,
        authority,
        NodeKeys.open(settings.folder().resolve("node-keys")),
        Enrolments.open(settings.folder().resolve("enrolments")),
        LaunchOrderSigner.open(settings.folder().resolve("launch.key"), wallMs),
        wallMs);
  }

  /** The authority with its files. */
  public PrivateAuthority authority() {
    return authority;
  }

  /** Signs launch orders. */
  public LaunchOrderSigner signer() {
    return signer;
  }

  /** Writes the public key by which launchers know orders: 32 bytes, readable by all. */
  public void writeLaunchPublicKey(Path file) throws IOException {
    WholeFile.replace(file, signer.publicKey(), WholeFile.WORLD_READABLE);
  }

  /** Makes a one-time code for a node; good for 15 minutes. */
  public EnrolmentCode createEnrolment(NodeName node)
      throws IOException, GeneralSecurityException, RefusedException {
    return createEnrolments(new TreeSet<>(Set.of(node))).get(0);
  }

  /** Makes a one-time code for each of these nodes, in their order; good for 15 minutes. */
  private List<EnrolmentCode> createEnrolments(NavigableSet<NodeName> nodes)
      throws IOException, GeneralSecurityException, RefusedException {
    String fingerprint = authority.fingerprint();
    List<EnrolmentCode> all = new ArrayList<>(nodes.size());
    enrolments
        .create(nodes, wallMs.getAsLong())
        .forEach((node, code) ->
            all.add(
                new EnrolmentCode(
                    settings.serverNames().get(0), settings.agentPort(), node, code, fingerprint)));
    return all;
  }

  /**
   * What the agents of these nodes read to enrol themselves, a line each in their order.
   *
   * @throws RefusedException when there are too many codes already
   */
  public String enrolmentTexts(NavigableSet<NodeName> nodes)
      throws IOException, GeneralSecurityException, RefusedException {
    return createEnrolments(nodes).stream()
        .map(EnrolmentCode::text)
        .collect(Collectors.joining("\n"));
  }

  /** The node that presents this certificate, unless its key is not, or no longer, the node's. */
  public Optional<NodeName> nodeOf(X509Certificate certificate) {
    return Names.node(certificate)
        .filter(node ->
            keys.keyOf(node)
                .filter(known -> known.equals(fingerprint(certificate.getPublicKey())))
                .isPresent());
  }

  /**
   * Turns a code into a certificate.
   *
   * @throws RefusedException when the code is unknown, over, used by another key, or not for this
   *     node: always with the same words
   */
  public ServerMessage.Certified enrol(NodeName node, String code, byte[] signingRequest)
      throws IOException, GeneralSecurityException, RefusedException {
    PublicKey key = keyOf(signingRequest);
    String fingerprint = fingerprint(key);
    if (!enrolments.use(node, code, fingerprint, wallMs.getAsLong())) {
      throw new RefusedException(
          "the enrolment code is not, or no longer, good for this node; make a new one on the"
              + " server");
    }
    keys.put(node, fingerprint);
    return certified(node, key);
  }

  /** Gives a node a new certificate for the key that it has. */
  public ServerMessage.Certified renew(NodeName node, byte[] signingRequest)
      throws GeneralSecurityException, RefusedException {
    PublicKey key = keyOf(signingRequest);
    if (!keys.keyOf(node).equals(Optional.of(fingerprint(key)))) {
      throw new RefusedException("a certificate is renewed for the key of the node only");
    }
    return certified(node, key);
  }

  /** Takes a node's key away; its next message is refused. False when it had none. */
  public boolean revoke(NodeName node) throws IOException {
    enrolments.cancel(node);
    return keys.remove(node);
  }

  private ServerMessage.Certified certified(NodeName node, PublicKey key)
      throws GeneralSecurityException {
    return new ServerMessage.Certified(
        authority.certifyNode(node, key, wallMs.getAsLong()).getEncoded(),
        authority.certificate().getEncoded());
  }

  /** The key that signed the request itself: whoever sends it holds the private part. */
  private static PublicKey keyOf(byte[] signingRequest) throws RefusedException {
    try {
      if (signingRequest.length > SIGNING_REQUEST_MAX_BYTES) {
        throw new RefusedException("the signing request is too long");
      }
      JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(signingRequest);
      PublicKey key = request.getPublicKey();
      if (!(key instanceof java.security.interfaces.ECPublicKey elliptic)
          || elliptic.getParams().getCurve().getField().getFieldSize() != 256
          || !request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new RefusedException("the signing request is not signed by a P-256 key of its own");
      }
      return key;
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      throw new RefusedException("the signing request cannot be read");
    }
  }

  private static String fingerprint(PublicKey key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
