package org.queqiao.agent.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts a server whose chain ends in the authority with this fingerprint. */
final class PinnedTrust extends X509ExtendedTrustManager {
  private final byte[] sha256;

  PinnedTrust(byte[] sha256) {
    this.sha256 = sha256.clone();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    try {
      X509Certificate last = chain[chain.length - 1];
      byte[] found = MessageDigest.getInstance("SHA-256").digest(last.getEncoded());
      if (!MessageDigest.isEqual(found, sha256)) {
        throw new CertificateException(
            "the server is not the one that made the enrolment code: its authority has another"
                + " fingerprint");
      }
      Tls.trusting(last).checkServerTrusted(chain, authType, socket);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("connections of the agent are sockets");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("connections of the agent are sockets");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("the agent is no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("the agent is no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("the agent is no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
