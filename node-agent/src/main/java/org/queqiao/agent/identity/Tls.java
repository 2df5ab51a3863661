package org.queqiao.agent.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The agent's TLS settings: version 1.3, and one authority. */
final class Tls {
  private Tls() {}

  static SSLContext context(KeyManager key, TrustManager trust) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(key == null ? null : new KeyManager[] {key}, new TrustManager[] {trust}, null);
    return context;
  }

  /** Trusts what this authority signed for use as a server, and nothing else. */
  static X509ExtendedTrustManager trusting(X509Certificate authority)
      throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("authority", authority);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new GeneralSecurityException("the JDK has no trust manager for X.509");
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
