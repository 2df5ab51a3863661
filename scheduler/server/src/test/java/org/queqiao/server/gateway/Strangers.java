package org.queqiao.server.gateway;

import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.queqiao.agent.identity.NodeIdentity;

/** A client that believes any server and shows whatever certificate it has, fit or not. */
final class Strangers {
  private Strangers() {}

  static X509Certificate certificate(Path folder) throws Exception {
    try (InputStream in = Files.newInputStream(folder.resolve("node.crt"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  static SSLContext context(NodeIdentity identity, Path folder) throws Exception {
    if (!identity.enrolled()) {
      throw new IllegalArgumentException("it has no certificate to show");
    }
    PrivateKey key =
        KeyFactory.getInstance("EC")
            .generatePrivate(
                new PKCS8EncodedKeySpec(Files.readAllBytes(folder.resolve("node.key"))));
    char[] none = {};
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, none);
    store.setKeyEntry("node", key, none, new Certificate[] {certificate(folder)});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, none);
    // Without a list of accepted issuers in the way, the key manager always offers the entry.
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(
        new javax.net.ssl.KeyManager[] {new Insistent(keys)},
        new TrustManager[] {new Credulous()},
        null);
    return context;
  }

  /** Offers its one key whatever issuers the server names. */
  private static final class Insistent extends javax.net.ssl.X509ExtendedKeyManager {
    private final javax.net.ssl.X509ExtendedKeyManager keys;

    private Insistent(KeyManagerFactory factory) {
      keys = (javax.net.ssl.X509ExtendedKeyManager) factory.getKeyManagers()[0];
    }

    @Override
    public String[] getClientAliases(String type, java.security.Principal[] issuers) {
      return keys.getClientAliases(type, null);
    }

    @Override
    public String chooseClientAlias(
        String[] types, java.security.Principal[] issuers, Socket socket) {
      return keys.chooseClientAlias(types, null, socket);
    }

    @Override
    public String[] getServerAliases(String type, java.security.Principal[] issuers) {
      return null;
    }

    @Override
    public String chooseServerAlias(String type, java.security.Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }
  }

  /** Believes everyone. */
  private static final class Credulous extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
