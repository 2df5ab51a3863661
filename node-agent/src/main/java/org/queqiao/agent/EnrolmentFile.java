package org.queqiao.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.Enrolment;
import org.queqiao.contract.agent.EnrolmentCode;
import org.queqiao.contract.id.NodeName;

/**
 * The file {@code enrolment} of a data folder: a code in it makes its node enrol, also when it had
 * a certificate.
 */
public final class EnrolmentFile {
  private final Path path;
  private final NodeName node;
  private final NodeIdentity identity;

  public EnrolmentFile(Path data, NodeName node, NodeIdentity identity) {
    this.path = data.resolve("enrolment");
    this.node = node;
    this.identity = identity;
  }

  public Path path() {
    return path;
  }

  /**
   * Enrols when there is a code. One that is of no use is put aside.
   *
   * @throws IOException when the server was not reached: the code stays
   */
  public void use() throws IOException, GeneralSecurityException {
    if (!Files.exists(path)) {
      return;
    }
    try {
      EnrolmentCode code = EnrolmentCode.parse(Files.readString(path, StandardCharsets.UTF_8));
      if (!code.node().equals(node)) {
        throw new IllegalArgumentException("it was made for node " + code.node());
      }
      Enrolment.enrol(identity, code);
      Files.delete(path);
      AgentLog.info("enrolled as node " + code.node() + " at " + identity.server());
    } catch (IllegalArgumentException | Enrolment.RefusedException e) {
      Files.move(
          path, path.resolveSibling("enrolment.refused"), StandardCopyOption.REPLACE_EXISTING);
      AgentLog.warn("the enrolment code is of no use: " + e.getMessage());
    }
  }
}
