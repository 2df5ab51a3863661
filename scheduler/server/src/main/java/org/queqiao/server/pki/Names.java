package org.queqiao.server.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;

/** The subject alternative names of certificates. */
final class Names {
  private static final int URI = 6;

  private Names() {}

  /** All names of a certificate, as text. */
  static Collection<String> of(X509Certificate certificate) throws CertificateParsingException {
    TreeSet<String> names = new TreeSet<>();
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    if (all != null) {
      all.forEach(each -> names.add(String.valueOf(each.get(1))));
    }
    return names;
  }

  /** The node of a certificate: of its one name {@code node:NAME}, else nothing. */
  static Optional<NodeName> node(X509Certificate certificate) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all == null || all.size() != 1) {
        return Optional.empty();
      }
      List<?> only = all.iterator().next();
      if (!only.get(0).equals(URI)
          || !(only.get(1) instanceof String uri)
          || !uri.startsWith(PrivateAuthority.NODE_URI_PREFIX)) {
        return Optional.empty();
      }
      return Optional.of(new NodeName(uri.substring(PrivateAuthority.NODE_URI_PREFIX.length())));
    } catch (CertificateParsingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
