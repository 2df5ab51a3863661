package org.queqiao.contract.agent;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.queqiao.contract.id.NodeName;

/**
 * What an administrator carries from the server to a new node, on one line: where the server is,
 * whom the code is for, the code, and by what to know the server.
 *
 * @param host name or address of the server
 * @param port its port for agents
 * @param node the node that may use the code
 * @param code the one-time code
 * @param authoritySha256 SHA-256 of the certificate of the server's authority, 64 hexadecimal
 *     digits
 */
public record EnrolmentCode(
    String host, int port, NodeName node, String code, String authoritySha256) {
  private static final Pattern FORM =
      Pattern.compile(
          "queqiao-enrol:([^/\\s]{1,255}):(\\d{1,5})/([^/\\s]+)/([A-Za-z0-9_-]{43})/([0-9a-f]{64})");

  /** The line. It holds a secret: never logged. */
  public String text() {
    return "queqiao-enrol:" + host + ":" + port + "/" + node + "/" + code + "/" + authoritySha256;
  }

  /**
   * Reads the line.
   *
   * @throws IllegalArgumentException when it is not such a line; the message does not repeat it
   */
  public static EnrolmentCode parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not an enrolment code; it is one line that begins with queqiao-enrol:");
    }
    int port = Integer.parseInt(matcher.group(2));
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("the port of the enrolment code is out of range");
    }
    return new EnrolmentCode(
        matcher.group(1), port, new NodeName(matcher.group(3)), matcher.group(4), matcher.group(5));
  }

  /** The fingerprint as bytes. */
  public byte[] authorityFingerprint() {
    return HexFormat.of().parseHex(authoritySha256);
  }

  /** Leaves out the code: it is a secret. */
  @Override
  public String toString() {
    return "EnrolmentCode[" + host + ":" + port + ", node=" + node + "]";
  }
}
